package org

import (
	"strings"
)

// kind is a field's type as describe spells it.
type kind string

// The types of fields that the schema uses.
const (
	kindID        kind = "id"
	kindString    kind = "string"
	kindTextArea  kind = "textarea"
	kindEmail     kind = "email"
	kindPhone     kind = "phone"
	kindURL       kind = "url"
	kindDate      kind = "date"
	kindDateTime  kind = "datetime"
	kindDouble    kind = "double"
	kindInt       kind = "int"
	kindBoolean   kind = "boolean"
	kindPicklist  kind = "picklist"
	kindReference kind = "reference"
	kindBase64    kind = "base64"
	kindAddress   kind = "address"
)

// soapTypes are the XML Schema types that describe gives for the types that are not strings.
var soapTypes = map[kind]string{
	kindID: "tns:ID", kindReference: "tns:ID", kindDate: "xsd:date", kindDateTime: "xsd:dateTime",
	kindDouble: "xsd:double", kindInt: "xsd:int", kindBoolean: "xsd:boolean", kindBase64: "xsd:base64Binary",
	kindAddress: "urn:address",
}

// field is a field of an object.
type field struct {
	Name, Label string
	Kind        kind
	// Length is the longest value in characters; zero for types without one.
	Length int
	// Required fields must have a value; Unique ones have a value once; ExternalID ones can name a row.
	Required, Unique, ExternalID bool
	// ReadOnly fields cannot be written at all; CreateOnly ones not again.
	ReadOnly, CreateOnly bool
	// Values are the values of a picklist; Restricted refuses others.
	Values     []string
	Restricted bool
	// Default is the value of a new row.
	Default string
	// To is the object that a reference points to, Relationship the parent's name in SOQL.
	To, Relationship string
	// Parts are the fields that a compound address shows, by key.
	Parts []part
}

// part is one key of a compound field.
type part struct{ Key, Field string }

func (f *field) custom() bool   { return strings.HasSuffix(f.Name, "__c") }
func (f *field) compound() bool { return f.Kind == kindAddress }

// child is a relationship from a parent down to its children.
type child struct{ Object, Field, Name string }

// object is an sObject of the schema. It does not change after New.
type object struct {
	Name, Label, Plural, Prefix string
	Fields                      []*field
	Children                    []child
	// NameField is the field that stands for the row in lists.
	NameField string

	byName map[string]*field // lower case
}

// field finds a field by its name in any case; nil if there is none.
func (obj *object) field(name string) *field { return obj.byName[strings.ToLower(name)] }

// parent finds the reference field of a parent relationship by its name in any case; nil if there is none.
func (obj *object) parent(relationship string) *field {
	for _, f := range obj.Fields {
		if f.Relationship != "" && strings.EqualFold(f.Relationship, relationship) {
			return f
		}
	}
	return nil
}

// child finds a child relationship by its name in any case.
func (obj *object) child(name string) (child, bool) {
	for _, c := range obj.Children {
		if strings.EqualFold(c.Name, name) {
			return c, true
		}
	}
	return child{}, false
}

// table finds the table of an object by its name in any case; nil if there is none. o.mu is held.
func (o *Org) table(name string) *table { return o.tables[strings.ToLower(name)] }

// tableOf finds the table whose key prefix an Id has; nil if there is none.
func (o *Org) tableOf(id string) *table {
	for _, t := range o.tables {
		if strings.HasPrefix(id, t.object.Prefix) {
			return t
		}
	}
	return nil
}
