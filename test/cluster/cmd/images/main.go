// Command images writes the images of real nodes into one archive:
//
//	images PROGRAMS BUSYBOX OUT
//
// PROGRAMS is a folder with the programs pause and testserver.
package main

import (
	"fmt"
	"os"

	"windlass.dev/test/cluster/internal/images"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: images PROGRAMS BUSYBOX OUT")
		os.Exit(2)
	}
	if err := write(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "images:", err)
		os.Exit(1)
	}
}

func write(programs, busybox, path string) error {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := images.Write(out, images.All(programs, busybox)); err != nil {
		return err
	}
	return out.Close()
}
