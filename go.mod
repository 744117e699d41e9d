module github.com/sa2c/sunpyter

go 1.26.0
