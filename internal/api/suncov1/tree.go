package suncov1

import (
	"net/url"
	"strings"
)

// tree finds the route of a path. Unlike http.ServeMux it never redirects, it
// prefers a literal segment over a parameter at every step, and it can tell an
// unknown path from a known one with another method.
type tree struct {
	literal map[string]*tree
	param   *tree
	methods map[string]*leaf
}

type leaf struct {
	route *route
	names []string // of the path's parameters, in order
}

func (t *tree) add(method, path string, r *route) {
	var names []string
	for seg := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if strings.HasPrefix(seg, "{") {
			names = append(names, strings.Trim(seg, "{}"))
			if t.param == nil {
				t.param = &tree{}
			}
			t = t.param
			continue
		}
		if t.literal == nil {
			t.literal = map[string]*tree{}
		}
		next := t.literal[seg]
		if next == nil {
			next = &tree{}
			t.literal[seg] = next
		}
		t = next
	}
	if t.methods == nil {
		t.methods = map[string]*leaf{}
	}
	if t.methods[method] != nil {
		panic("two routes for " + method + " " + path)
	}
	t.methods[method] = &leaf{route: r, names: names}
}

// find returns the node of an escaped path and the decoded values of its
// parameters; nil when there is none. A literal that leads nowhere is left
// again for the parameter beside it. One trailing slash is ignored.
func (t *tree) find(path string, values []string) (*tree, []string) {
	path = strings.TrimSuffix(strings.TrimPrefix(path, "/"), "/")
	return t.walk(path, values)
}

func (t *tree) walk(path string, values []string) (*tree, []string) {
	seg, rest, more := strings.Cut(path, "/")
	if next := t.literal[seg]; next != nil {
		if n, v := next.after(rest, more, values); n != nil {
			return n, v
		}
	}
	if t.param == nil || seg == "" {
		return nil, nil
	}
	value, err := url.PathUnescape(seg)
	if err != nil {
		return nil, nil
	}
	return t.param.after(rest, more, append(values, value))
}

func (t *tree) after(rest string, more bool, values []string) (*tree, []string) {
	if more {
		return t.walk(rest, values)
	}
	if t.methods == nil {
		return nil, nil
	}
	return t, values
}
