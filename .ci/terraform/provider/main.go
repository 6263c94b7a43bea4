// A stand-in for Google's Terraform provider that knows its schema and nothing else: enough for `terraform validate`,
// and for `terraform test` with mock_provider, where nothing can be downloaded. It calls no API and creates nothing.
package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"log"
	"sort"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

//go:embed google.generated.json
var google []byte

// The form that make-schema.mjs writes.
type (
	schemas struct {
		Resources   map[string]block
		DataSources map[string]block
	}
	block struct {
		Attributes map[string]attribute
		Blocks     map[string]nestedBlock
	}
	attribute struct {
		Type any
		Is   string
	}
	nestedBlock struct {
		Nesting  string
		Required bool
		Block    block
	}
)

func main() {
	var known schemas
	if err := json.Unmarshal(google, &known); err != nil {
		log.Fatal(err)
	}
	provider := func() tfprotov6.ProviderServer { return server{known: known} }
	if err := tf6server.Serve("registry.terraform.io/hashicorp/google", provider); err != nil {
		log.Fatal(err)
	}
}

// What a check never asks for is left to the embedded interface, which is nil: asking for it ends the provider.
type server struct {
	tfprotov6.ProviderServer
	known schemas
}

func (s server) GetMetadata(context.Context, *tfprotov6.GetMetadataRequest) (*tfprotov6.GetMetadataResponse, error) {
	response := &tfprotov6.GetMetadataResponse{}
	for name := range s.known.Resources {
		response.Resources = append(response.Resources, tfprotov6.ResourceMetadata{TypeName: name})
	}
	for name := range s.known.DataSources {
		response.DataSources = append(response.DataSources, tfprotov6.DataSourceMetadata{TypeName: name})
	}
	return response, nil
}

func (s server) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return &tfprotov6.GetProviderSchemaResponse{
		Provider: toSchema(block{Attributes: map[string]attribute{
			"project": {Type: "string", Is: "optional"},
			"region":  {Type: "string", Is: "optional"},

			"billing_project":       {Type: "string", Is: "optional"},
			"user_project_override": {Type: "bool", Is: "optional"},
		}}),
		ResourceSchemas:   toSchemas(s.known.Resources),
		DataSourceSchemas: toSchemas(s.known.DataSources),
	}, nil
}

func toSchemas(blocks map[string]block) map[string]*tfprotov6.Schema {
	schemas := make(map[string]*tfprotov6.Schema, len(blocks))
	for name, block := range blocks {
		schemas[name] = toSchema(block)
	}
	return schemas
}

func toSchema(known block) *tfprotov6.Schema {
	return &tfprotov6.Schema{Block: toBlock(known)}
}

func toBlock(known block) *tfprotov6.SchemaBlock {
	result := &tfprotov6.SchemaBlock{}
	for _, name := range sortedKeys(known.Attributes) {
		result.Attributes = append(result.Attributes, toAttribute(name, known.Attributes[name]))
	}
	for _, name := range sortedKeys(known.Blocks) {
		result.BlockTypes = append(result.BlockTypes, toNestedBlock(name, known.Blocks[name]))
	}
	return result
}

func toAttribute(name string, known attribute) *tfprotov6.SchemaAttribute {
	return &tfprotov6.SchemaAttribute{
		Name:     name,
		Type:     toType(known.Type),
		Required: known.Is == "required",
		Optional: known.Is == "optional",
		Computed: known.Is == "computed",
	}
}

// A type is a name, or a pair like ["list", "string"].
func toType(known any) tftypes.Type {
	if pair, isPair := known.([]any); isPair {
		element := toType(pair[1])
		switch pair[0] {
		case "set":
			return tftypes.Set{ElementType: element}
		case "map":
			return tftypes.Map{ElementType: element}
		default:
			return tftypes.List{ElementType: element}
		}
	}
	switch known {
	case "number":
		return tftypes.Number
	case "bool":
		return tftypes.Bool
	default:
		return tftypes.String
	}
}

// A block that may be there once is a list of at most one to Terraform, and is referred to with [0].
func toNestedBlock(name string, known nestedBlock) *tfprotov6.SchemaNestedBlock {
	result := &tfprotov6.SchemaNestedBlock{
		TypeName: name,
		Block:    toBlock(known.Block),
		Nesting:  tfprotov6.SchemaNestedBlockNestingModeList,
	}
	switch {
	case name == "timeouts":
		result.Nesting = tfprotov6.SchemaNestedBlockNestingModeSingle
		return result
	case known.Nesting == "set":
		result.Nesting = tfprotov6.SchemaNestedBlockNestingModeSet
	case known.Nesting == "single":
		result.MaxItems = 1
	}
	if known.Required {
		result.MinItems = 1
	}
	return result
}

func sortedKeys[V any](values map[string]V) []string {
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

func (server) ValidateProviderConfig(_ context.Context, request *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: request.Config}, nil
}

func (server) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

func (server) ValidateDataResourceConfig(context.Context, *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return &tfprotov6.ValidateDataResourceConfigResponse{}, nil
}

func (server) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}
