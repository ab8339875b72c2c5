package client

import (
	"reflect"
	"testing"
)

// TestBindable: what the package exports can be bound by gomobile, which leaves
// out silently what it cannot.
func TestBindable(t *testing.T) {
	t.Parallel()
	b := &binder{t: t, seen: map[reflect.Type]bool{}}
	b.function("New", reflect.TypeOf(New), 0)
	b.function("NewSettings", reflect.TypeOf(NewSettings), 0)
	b.function("NewProfile", reflect.TypeOf(NewProfile), 0)
	b.function("NewFileStorage", reflect.TypeOf(NewFileStorage), 0)
	b.value("BaseListener", reflect.TypeFor[*BaseListener]())
	b.value("PushMessage", reflect.TypeFor[*PushMessage]())
	for _, want := range []reflect.Type{reflect.TypeFor[*Client](), reflect.TypeFor[Listener](), reflect.TypeFor[*Item](), reflect.TypeFor[Storage]()} {
		if !b.seen[want] {
			t.Errorf("%v was not looked at", want)
		}
	}
}

type binder struct {
	t    *testing.T
	seen map[reflect.Type]bool
}

// function checks what a function takes and returns: at most one value and an error.
func (b *binder) function(name string, f reflect.Type, skip int) {
	if f.IsVariadic() || f.NumOut() > 2 || f.NumOut() == 2 && f.Out(1) != reflect.TypeFor[error]() {
		b.t.Errorf("%s: %v", name, f)
	}
	for i := skip; i < f.NumIn(); i++ {
		b.value(name, f.In(i))
	}
	for i := range f.NumOut() {
		b.value(name, f.Out(i))
	}
}

func (b *binder) value(name string, v reflect.Type) {
	if b.seen[v] || v == reflect.TypeFor[error]() || v == reflect.TypeFor[[]byte]() {
		return
	}
	b.seen[v] = true
	switch v.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int64, reflect.Float64, reflect.String:
	case reflect.Interface:
		for i := range v.NumMethod() {
			b.function(name+"."+v.Method(i).Name, v.Method(i).Type, 0)
		}
	case reflect.Pointer:
		if v.Elem().Kind() != reflect.Struct || v.Elem().PkgPath() != reflect.TypeFor[Client]().PkgPath() {
			b.t.Errorf("%s: %v cannot be bound", name, v)
			return
		}
		b.structure(v)
	default:
		b.t.Errorf("%s: %v cannot be bound", name, v)
	}
}

func (b *binder) structure(v reflect.Type) {
	for i := range v.NumMethod() {
		// What JSON needs is left out.
		if m := v.Method(i); m.Name != "UnmarshalJSON" && m.Name != "MarshalJSON" {
			b.function(v.Elem().Name()+"."+m.Name, m.Type, 1)
		}
	}
	for i := range v.Elem().NumField() {
		if f := v.Elem().Field(i); f.IsExported() {
			b.value(v.Elem().Name()+"."+f.Name, f.Type)
		}
	}
}
