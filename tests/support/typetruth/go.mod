module portolan/tests/support/typetruth

go 1.24
