module portolan/tests/portal/source/truth

go 1.24
