package console

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"strings"
	"time"
)

//go:embed templates/*.html
var templateFiles embed.FS

// common are the templates that every page has: what stands around it, and parts that several share.
var common = []string{"templates/layout.html", "templates/parts.html"}

// pages are the parsed templates by name. A page's file defines "content", and what else it needs under names of its
// own.
type pages map[string]*template.Template

// parsePages parses every template once.
func parsePages(assets map[string]asset) (pages, error) {
	base, err := template.New("layout.html").Funcs(functions(assets)).ParseFS(templateFiles, common...)
	if err != nil {
		return nil, fmt.Errorf("console templates: %w", err)
	}
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("console templates: %w", err)
	}
	parsed := make(pages)
	for _, file := range names {
		page, err := base.Clone()
		if err == nil {
			page, err = page.ParseFS(templateFiles, file)
		}
		if err != nil {
			return nil, fmt.Errorf("console templates: %w", err)
		}
		parsed[strings.TrimSuffix(strings.TrimPrefix(file, "templates/"), ".html")] = page
	}
	return parsed, nil
}

// render makes a page whole, so that one that fails in the middle is not sent in half.
func (p pages) render(name string, f *frame) ([]byte, error) {
	page, ok := p[name]
	if !ok {
		return nil, fmt.Errorf("there is no page %q", name)
	}
	var b bytes.Buffer
	if err := page.ExecuteTemplate(&b, "layout.html", f); err != nil {
		return nil, fmt.Errorf("page %q: %w", name, err)
	}
	return b.Bytes(), nil
}

// functions are what templates can call.
func functions(assets map[string]asset) template.FuncMap {
	return template.FuncMap{
		"asset":     func(name string) (string, error) { return assetURL(assets, name) },
		"when":      when,
		"day":       day,
		"clock":     timeOfDay,
		"who":       who,
		"operation": operation,
		"open":      decisionLink,
		"find":      find,
		"soft":      soft,
		"plain":     func(code string) string { return strings.ReplaceAll(code, "_", " ") },
		"sub":       func(a, b int) int { return a - b },
		"meaning":   verdictMeaning,
		"event":     eventWords,
		"coverage":  coverageWords,
		"ago":       ago,
		"left":      left,
		"span":      span,
		"bytes":     byteSize,
		"number":    number,
		"count":     countOf,
		"tag":       tagClass,
		"action":    actionWord,
		"join":      strings.Join,
		"handle":    handle,
		"category":  categoryTitle,
		"verdict":   verdictTitle,
		"status":    statusTitle,
		"key":       keyTitle,
	}
}

// timeElement is a time as people read it, with the exact one for machines. All times are UTC.
func timeElement(t time.Time, layout string) template.HTML {
	if t.IsZero() {
		return "–"
	}
	t = t.UTC()
	// Both layouts hold digits, letters of months and punctuation only.
	return template.HTML(`<time datetime="` + t.Format(time.RFC3339Nano) + `">` + t.Format(layout) + `</time>`)
}

// when is a time to the second: "2026-11-23 12:03:11".
func when(t time.Time) template.HTML { return timeElement(t, "2006-01-02 15:04:05") }

// day is the day of a time: "2026-11-23".
func day(t time.Time) template.HTML { return timeElement(t, "2006-01-02") }

// timeOfDay is the time of day: "12:03:11".
func timeOfDay(t time.Time) template.HTML { return timeElement(t, "15:04:05") }

// soft is text that may be broken after a dot or a slash, such as the names of fields and routes.
func soft(text string) template.HTML {
	return template.HTML(softBreaks.Replace(template.HTMLEscapeString(text)))
}

var softBreaks = strings.NewReplacer(".", ".<wbr>", "/", "/<wbr>")
