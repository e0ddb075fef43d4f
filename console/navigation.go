package console

import (
	"strings"

	"github.com/phigate/phigate/audit/review"
)

// navGroup is a part of the navigation.
type navGroup struct {
	Title string
	Items []navItem
}

// navItem is a link of the navigation.
type navItem struct {
	Label, URL string
	Current    bool
}

// navGroups is the navigation of somebody who may do everything.
func navGroups() []navGroup {
	return []navGroup{
		{"Review", []navItem{
			{Label: "Overview", URL: "/"},
			{Label: "Queue", URL: "/queue"},
			{Label: "Cases", URL: "/cases"},
			{Label: "Exceptions", URL: "/exceptions"},
		}},
		{"Traffic", []navItem{
			{Label: "Data map", URL: "/data-map"},
			{Label: "Clients", URL: "/clients"},
			{Label: "Policy", URL: "/policy"},
		}},
		{"Accountability", []navItem{
			{Label: "Access log", URL: "/access"},
			{Label: "Holds", URL: "/holds"},
			{Label: "People", URL: "/users"},
		}},
	}
}

// firstPage is the first page of the navigation that a role may open.
func firstPage(role review.Role) (string, bool) {
	for _, g := range navigation(&request{actor: review.Actor{Role: role}}, "") {
		for _, item := range g.Items {
			return item.URL, true
		}
	}
	return "", false
}

// navigation returns the links that the person may follow to pages that exist, with the one of section marked.
func navigation(r *request, section string) []navGroup {
	exists := make(map[string]review.Permission)
	for _, rt := range routes() {
		if rt.method == "GET" {
			exists[strings.TrimSuffix(rt.pattern, "{$}")] = rt.permission
		}
	}
	var groups []navGroup
	for _, g := range navGroups() {
		var items []navItem
		for _, item := range g.Items {
			if p, ok := exists[item.URL]; !ok || !r.may(p) {
				continue
			}
			item.Current = item.URL == section || item.URL != "/" && strings.HasPrefix(section, item.URL+"/")
			items = append(items, item)
		}
		if len(items) > 0 {
			groups = append(groups, navGroup{g.Title, items})
		}
	}
	return groups
}
