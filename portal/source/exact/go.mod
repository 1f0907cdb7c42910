module portolan/exact

go 1.23
