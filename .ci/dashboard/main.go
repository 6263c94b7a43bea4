// Reads a Grafana dashboard with Grafana's own definitions, which know every field of every kind of panel, and says
// what is not in them.
//
//	check-dashboard FILE
package main

import (
	"fmt"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func main() {
	if err := check(os.Args[1]); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}

func check(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	plugins.RegisterDefaultPlugins()
	var read dashboard.Dashboard
	// Both may answer a list of no errors, which is not nil.
	for _, err := range []error{read.UnmarshalJSONStrict(text), read.Validate()} {
		if err != nil && err.Error() != "" {
			return err
		}
	}
	fmt.Printf("%s: %d panels and rows\n", path, len(read.Panels))
	return nil
}
