// Command exact says where each symbol of a version is used and called, and which types implement which
// interfaces, as Go's own type checker knows it.
//
// Standard input is a tar of what a build for one platform compiles, each file by its import path and
// name, behind a first member, a JSON object: the folders in which modules of other projects lie, and
// further interfaces. What is not there is an error of the packages that import it, and never the end.
// Nothing is compiled, run, fetched or written; standard output is a line of JSON for each answer.
package main

import (
	"bufio"
	"encoding/json"
	"go/token"
	"iter"
	"log"
	"os"
)

func main() {
	log.SetFlags(0)
	world, err := read(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	world.discover()
	world.check(token.NewFileSet())
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	encoder := json.NewEncoder(out)
	for _, answers := range []iter.Seq[any]{world.answers(), world.typeAnswers()} {
		for answer := range answers {
			if err := encoder.Encode(answer); err != nil {
				log.Fatal(err)
			}
		}
	}
	if err := out.Flush(); err != nil {
		log.Fatal(err)
	}
}
