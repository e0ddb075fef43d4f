package main

import (
	"errors"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/phigate/phigate/policy"
)

// configProblems turns the errors of the YAML decoder into problems with a place and a hint.
func configProblems(path string, err error) error {
	var list *yaml.LoadErrors
	var one *yaml.LoadError
	switch {
	case errors.As(err, &list):
	case errors.As(err, &one):
		list = &yaml.LoadErrors{Errors: []*yaml.LoadError{one}}
	default:
		return policy.Problems{{File: path, Line: 1, Column: 1, What: err.Error()}}
	}
	var problems policy.Problems
	for _, e := range list.Errors {
		what, hint := configProblem(e.Message)
		problems = append(problems, policy.Problem{File: path, Line: e.Mark.Line, Column: e.Mark.Column, What: what, Hint: hint})
	}
	return problems
}

// configProblem puts the decoder's message into the user's words.
func configProblem(message string) (what, hint string) {
	if rest, ok := strings.CutPrefix(message, "field "); ok {
		key, _, _ := strings.Cut(rest, " ")
		return "unknown key " + key, policy.DidYouMean(key, configKeys(reflect.TypeFor[config]()))
	}
	if before, into, ok := strings.Cut(message, " into "); ok {
		value := before[strings.LastIndexByte(before, ' ')+1:]
		switch {
		case into == "time.Duration":
			hint = "a duration with its unit, such as 30s or 5m"
		case into == "int":
			hint = "a whole number"
		case strings.HasPrefix(into, "main.") || strings.HasPrefix(into, "struct"):
			hint = "a section with keys"
		}
		return value + " does not fit here", hint
	}
	return message, ""
}

// placed adds to an error about a configuration where the key stands that it begins with, such as console.listen. A key
// that is not there has the place of the section that it is missing from.
func placed(path string, src []byte, err error) error {
	key, _, _ := strings.Cut(err.Error(), ":")
	problem := policy.Problem{File: path, Line: 1, Column: 1}
	problem.What, problem.Hint, _ = strings.Cut(err.Error(), "\n\thint: ")
	var root yaml.Node
	if yaml.Unmarshal(src, &root) != nil || len(root.Content) == 0 {
		return policy.Problems{problem}
	}
	at := root.Content[0]
	for name := range strings.SplitSeq(key, ".") {
		i := 0
		for i+1 < len(at.Content) && at.Content[i].Value != name {
			i += 2
		}
		if i+1 >= len(at.Content) {
			break
		}
		at = at.Content[i+1]
		problem.Line, problem.Column = at.Line, at.Column
	}
	return policy.Problems{problem}
}

// configKeys are the names of all keys of the configuration, sections included.
func configKeys(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		f := t.Field(i)
		if key := f.Tag.Get("yaml"); key != "" {
			keys = append(keys, key)
		}
		switch kind := f.Type.Kind(); {
		case kind == reflect.Struct:
			keys = append(keys, configKeys(f.Type)...)
		case (kind == reflect.Slice || kind == reflect.Pointer) && f.Type.Elem().Kind() == reflect.Struct:
			keys = append(keys, configKeys(f.Type.Elem())...)
		}
	}
	return keys
}
