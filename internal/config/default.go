package config

import (
	"fmt"
	"reflect"
	"strconv"
	"time"
)

// Default returns the settings that nobody has changed: what the tags say. The
// environment is not looked at.
func Default() *Config {
	c := &Config{}
	setDefaults(reflect.ValueOf(c).Elem())
	return c
}

func setDefaults(v reflect.Value) {
	for i := range v.NumField() {
		f, text := v.Type().Field(i), v.Type().Field(i).Tag.Get("default")
		switch field := v.Field(i); {
		case f.Anonymous:
			setDefaults(field)
		case text == "":
		case f.Type == reflect.TypeFor[time.Duration]():
			d, err := time.ParseDuration(text)
			mustBeTag(f.Name, err)
			field.SetInt(int64(d))
		case f.Type.Kind() == reflect.Int:
			n, err := strconv.Atoi(text)
			mustBeTag(f.Name, err)
			field.SetInt(int64(n))
		default:
			field.SetString(text)
		}
	}
}

// mustBeTag panics: a tag that cannot be read is a mistake in this package.
func mustBeTag(name string, err error) {
	if err != nil {
		panic(fmt.Sprintf("the default of %s: %v", name, err))
	}
}
