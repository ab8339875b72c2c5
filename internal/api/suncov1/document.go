package suncov1

import (
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"heliograph/channel"
	"heliograph/internal/api/httpx"
	"heliograph/internal/api/openapi"
	"heliograph/internal/tenant"
)

// Document describes the surface. types are the channels of this build, whose
// settings are part of an integration.
func (a *API) Document(version string, types []*channel.Type) *openapi.Document {
	b := &documentBuilder{schemas: openapi.NewSchemas(), examples: examples()}
	d := &openapi.Document{
		OpenAPI: "3.1.0",
		Info:    openapi.Info{Title: "Heliograph v1.1 API", Version: version, Description: about},
		Servers: []openapi.Server{{URL: "/"}, {URL: "/sc", Description: "The same under the prefix that some clients use."}},
		Tags:    slices.Clone(tags),
		Security: []map[string][]string{
			{"basic": {}}, {"bearer": {}},
		},
	}
	for _, r := range a.routes() {
		if !r.op.hidden {
			d.Add(strings.ToLower(r.method), r.documentedPath(), b.operation(&r))
		}
	}
	b.integrationSettings(d, types)
	d.Components = openapi.Components{
		Schemas: b.schemas.Components,
		Responses: map[string]*openapi.Response{"Error": {
			Description: "Nothing was changed. The code says what went wrong; see the list of codes.",
			Content:     openapi.JSON(b.schemas.Of(errorBody{}, openapi.Out)),
		}},
		SecuritySchemes: map[string]*openapi.SecurityScheme{
			"basic":  {Type: "http", Scheme: "basic", Description: "A key's id and its secret."},
			"bearer": {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "A JWT signed with a key's secret by HS256, with the key's id as kid and a scope: account, app, or appUser with userId."},
		},
	}
	return d
}

type documentBuilder struct {
	schemas  *openapi.Schemas
	examples map[string]json.RawMessage
}

// documentedPath is the path that the reference shows; the others are aliases.
func (r *route) documentedPath() string { return r.paths()[0] }

// documentedName is the route's key in the examples.
func (r *route) documentedName() string {
	if r.path == "" {
		return r.method + " /apps/{appId}"
	}
	return r.name()
}

func (b *documentBuilder) operation(r *route) *openapi.Operation {
	op := &openapi.Operation{
		ID: r.op.id, Tags: []string{r.op.tag}, Summary: r.op.summary, Description: r.op.doc,
		Parameters: b.parameters(r), Scopes: r.scopes.names(),
		Responses: map[string]*openapi.Response{"default": {Ref: "#/components/responses/Error"}},
	}
	if op.ID == "" {
		op.ID = operationID(r.op.summary)
	}
	for _, p := range r.paths()[1:] {
		if !strings.HasPrefix(p, "/sc/") {
			op.Aliases = append(op.Aliases, p)
		}
	}
	if r.op.in != nil {
		m := openapi.Media{Schema: b.schemas.Of(r.op.in, openapi.In)}
		if example := b.examples[r.documentedName()]; example != nil {
			m.Example = example
		}
		op.Body = &openapi.Body{Required: true, Content: map[string]openapi.Media{r.op.bodyMedia(): m}}
	}
	out := &openapi.Schema{Type: "object"}
	if r.op.out != nil {
		out = b.schemas.Of(r.op.out, openapi.Out)
	}
	op.Responses[strconv.Itoa(r.success())] = &openapi.Response{Description: http.StatusText(r.success()), Content: openapi.Content(r.op.media(), out)}
	return op
}

// media is the type of the bodies.
func (o *op) media() string {
	if o.lines {
		return "application/x-ndjson"
	}
	return "application/json"
}

// bodyMedia is the type of the request's body.
func (o *op) bodyMedia() string {
	if o.form {
		return "multipart/form-data"
	}
	return o.media()
}

func (b *documentBuilder) parameters(r *route) []*openapi.Parameter {
	var out []*openapi.Parameter
	for seg := range strings.SplitSeq(r.documentedPath(), "/") {
		if name := strings.Trim(seg, "{}"); name != seg {
			out = append(out, &openapi.Parameter{Name: name, In: "path", Required: true, Description: pathDoc(name), Schema: &openapi.Schema{Type: "string"}})
		}
	}
	for _, q := range r.op.query {
		kind := q.kind
		if kind == nil {
			kind = ""
		}
		out = append(out, &openapi.Parameter{Name: q.name, In: "query", Description: q.doc, Schema: b.schemas.Of(kind, openapi.In)})
	}
	if r.idempotent {
		out = append(out, &openapi.Parameter{Name: "Idempotency-Key", In: "header", Schema: &openapi.Schema{Type: "string", MaxLength: httpx.MaxIdempotencyKey},
			Description: "Makes a repetition harmless: within 24 hours the same key on this route gets the first answer again, and nothing is done twice."})
	}
	return out
}

func pathDoc(name string) string {
	switch name {
	case "userId":
		return "The user's _id, or the userId that you gave it."
	case "keyId":
		return "The key's _id, which begins with app_."
	case "templateName":
		return "The template's name."
	case "serviceAccountId":
		return "The service account's id."
	case "serviceKeyId":
		return "The key's _id, which begins with svc_."
	}
	return "The " + noun(name) + "'s id."
}

// integrationSettings adds what each channel wants to know to the body of an
// integration.
func (b *documentBuilder) integrationSettings(d *openapi.Document, types []*channel.Type) {
	base := b.schemas.Of(integrationRequest{}, openapi.In)
	var each []*openapi.Schema
	for _, t := range types {
		s := &openapi.Schema{Type: "object", Description: t.Title}
		if !tenant.Usable(t) {
			s.Description += ". Kept and checked; this build has no channel for it."
		}
		s.Property("type", &openapi.Schema{Type: "string", Enum: []string{t.Name}})
		s.Required = []string{"type"}
		for _, f := range channel.Fields(t.Settings) {
			p := &openapi.Schema{Type: jsonKind(f.Kind), Description: f.Doc, WriteOnly: f.Secret, Enum: f.Enum}
			if f.Kind == reflect.Slice {
				p.Items = &openapi.Schema{Type: "string"}
			}
			if f.Default != nil {
				p.Description += " Unless told " + strings.Trim(string(f.Default), `"`) + "."
			}
			s.Property(f.Name, p)
			if f.Required {
				s.Required = append(s.Required, f.Name)
			}
		}
		name := "Integration" + strings.ToUpper(t.Name[:1]) + t.Name[1:]
		b.schemas.Components[name] = s
		each = append(each, &openapi.Schema{Ref: "#/components/schemas/" + name})
	}
	if len(each) == 0 {
		return
	}
	for _, methods := range d.Paths {
		for _, method := range slices.Sorted(maps.Keys(methods)) {
			op := methods[method]
			if op.Body == nil || method != "post" {
				continue
			}
			if m := op.Body.Content["application/json"]; m.Schema != nil && m.Schema.Ref == base.Ref {
				m.Schema = &openapi.Schema{AllOf: []*openapi.Schema{base, {AnyOf: each}}}
				op.Body.Content["application/json"] = m
			}
		}
	}
}

func jsonKind(k reflect.Kind) string {
	switch k {
	case reflect.Bool:
		return "boolean"
	case reflect.Int:
		return "integer"
	case reflect.Float64:
		return "number"
	case reflect.Slice:
		return "array"
	}
	return "string"
}

// operationID makes a name of a summary: "Create an app" is createApp.
func operationID(summary string) string {
	var out strings.Builder
	for word := range strings.FieldsSeq(summary) {
		word = strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, word)
		switch {
		case word == "", word == "a", word == "an", word == "the", word == "of":
		case out.Len() == 0:
			out.WriteString(strings.ToLower(word))
		default:
			out.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return out.String()
}

func (s scopes) names() []string {
	var out []string
	for _, n := range []struct {
		bit  scopes
		name string
	}{{forAccount | forOwner, "account"}, {forApp, "app"}, {forUser, "appUser"}} {
		if s&n.bit != 0 {
			out = append(out, n.name)
		}
	}
	return out
}
