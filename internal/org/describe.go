package org

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// versions answers /services/data, which needs no session.
func versions() *answer {
	b := []byte{'['}
	for v := 50; v <= 67; v++ {
		if v > 50 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, `{"label":"API %d","url":"/services/data/v%d.0","version":"%d.0"}`, v, v, v)
	}
	return jsonAnswer(http.StatusOK, append(b, ']'))
}

// resources answers the root of a version.
func resources(c *call) (*answer, *apiError) {
	b := []byte{'{'}
	for i, name := range []string{"sobjects", "query", "queryAll", "search", "parameterizedSearch", "composite", "jobs", "limits"} {
		if i > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, `%q:%q`, name, c.base+"/"+name)
	}
	return jsonAnswer(http.StatusOK, append(b, '}')), nil
}

// limits answers /limits; nothing is counted.
func limits(*call) (*answer, *apiError) {
	b := []byte{'{'}
	for i, name := range []string{"DailyApiRequests", "DailyBulkApiBatches", "DailyBulkV2QueryJobs", "DataStorageMB", "FileStorageMB"} {
		if i > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, `%q:{"Max":100000,"Remaining":99999}`, name)
	}
	return jsonAnswer(http.StatusOK, append(b, '}')), nil
}

// objectSummary is an entry of the list of objects, and the beginning of a describe.
type objectSummary struct {
	Activateable bool              `json:"activateable"`
	Createable   bool              `json:"createable"`
	Custom       bool              `json:"custom"`
	Deletable    bool              `json:"deletable"`
	KeyPrefix    string            `json:"keyPrefix"`
	Label        string            `json:"label"`
	LabelPlural  string            `json:"labelPlural"`
	Layoutable   bool              `json:"layoutable"`
	Name         string            `json:"name"`
	Queryable    bool              `json:"queryable"`
	Retrieveable bool              `json:"retrieveable"`
	Searchable   bool              `json:"searchable"`
	Undeletable  bool              `json:"undeletable"`
	Updateable   bool              `json:"updateable"`
	URLs         map[string]string `json:"urls"`
}

// objectDescribe is a describe.
type objectDescribe struct {
	objectSummary
	Children []childDescribe `json:"childRelationships"`
	Fields   []fieldDescribe `json:"fields"`
	Types    []recordType    `json:"recordTypeInfos"`
}

type childDescribe struct {
	ChildSObject     string `json:"childSObject"`
	Field            string `json:"field"`
	RelationshipName string `json:"relationshipName"`
	CascadeDelete    bool   `json:"cascadeDelete"`
}

type fieldDescribe struct {
	Name               string          `json:"name"`
	Label              string          `json:"label"`
	Type               kind            `json:"type"`
	SOAPType           string          `json:"soapType"`
	Length             int             `json:"length"`
	ByteLength         int             `json:"byteLength"`
	Digits             int             `json:"digits"`
	Precision          int             `json:"precision"`
	Scale              int             `json:"scale"`
	Nillable           bool            `json:"nillable"`
	Createable         bool            `json:"createable"`
	Updateable         bool            `json:"updateable"`
	Custom             bool            `json:"custom"`
	Calculated         bool            `json:"calculated"`
	AutoNumber         bool            `json:"autoNumber"`
	DefaultedOnCreate  bool            `json:"defaultedOnCreate"`
	ExternalID         bool            `json:"externalId"`
	IDLookup           bool            `json:"idLookup"`
	Unique             bool            `json:"unique"`
	CaseSensitive      bool            `json:"caseSensitive"`
	NameField          bool            `json:"nameField"`
	Filterable         bool            `json:"filterable"`
	Sortable           bool            `json:"sortable"`
	Groupable          bool            `json:"groupable"`
	Aggregatable       bool            `json:"aggregatable"`
	RestrictedPicklist bool            `json:"restrictedPicklist"`
	PicklistValues     []picklistValue `json:"picklistValues"`
	ReferenceTo        []string        `json:"referenceTo"`
	RelationshipName   *string         `json:"relationshipName"`
	CompoundFieldName  *string         `json:"compoundFieldName"`
}

type picklistValue struct {
	Active       bool    `json:"active"`
	DefaultValue bool    `json:"defaultValue"`
	Label        string  `json:"label"`
	ValidFor     *string `json:"validFor"`
	Value        string  `json:"value"`
}

type recordType struct {
	Name         string `json:"name"`
	RecordTypeID string `json:"recordTypeId"`
	Master       bool   `json:"master"`
}

func summary(obj *object, base string) objectSummary {
	root := base + "/sobjects/" + obj.Name
	return objectSummary{
		Createable: true, Custom: len(obj.Name) > 3 && obj.Name[len(obj.Name)-3:] == "__c", Deletable: obj.Name != "User",
		KeyPrefix: obj.Prefix, Label: obj.Label, LabelPlural: obj.Plural, Layoutable: true, Name: obj.Name,
		Queryable: true, Retrieveable: true, Searchable: true, Undeletable: true, Updateable: true,
		URLs: map[string]string{"sobject": root, "describe": root + "/describe", "rowTemplate": root + "/{ID}"},
	}
}

func describeField(obj *object, f *field) fieldDescribe {
	d := fieldDescribe{
		Name: f.Name, Label: f.Label, Type: f.Kind, SOAPType: soapTypes[f.Kind], Length: f.Length, ByteLength: 3 * f.Length,
		Nillable:   !f.Required && f.Kind != kindBoolean && f.Kind != kindID,
		Createable: !f.ReadOnly, Updateable: !f.ReadOnly && !f.CreateOnly, Custom: f.custom(),
		Calculated: f.compound(), AutoNumber: f.Name == "CaseNumber", DefaultedOnCreate: f.Default != "" || f.Name == "Id",
		ExternalID: f.ExternalID, IDLookup: f.ExternalID || f.Kind == kindID, Unique: f.Unique,
		NameField: f.Name == obj.NameField, Filterable: f.Kind != kindBase64, Sortable: !f.compound(), Groupable: !f.compound(),
		RestrictedPicklist: f.Restricted, PicklistValues: []picklistValue{}, ReferenceTo: []string{},
	}
	if d.SOAPType == "" {
		d.SOAPType = "xsd:string"
	}
	switch f.Kind {
	case kindDouble:
		d.Precision, d.Scale, d.Aggregatable = 18, 2, true
	case kindInt:
		d.Digits, d.Aggregatable = 9, true
	}
	for _, v := range f.Values {
		d.PicklistValues = append(d.PicklistValues, picklistValue{Active: true, DefaultValue: v == f.Default, Label: v, Value: v})
	}
	if f.To != "" {
		d.ReferenceTo = append(d.ReferenceTo, f.To)
		d.RelationshipName = &f.Relationship
	}
	for _, whole := range obj.Fields {
		for _, p := range whole.Parts {
			if p.Field == f.Name {
				d.CompoundFieldName = &whole.Name
			}
		}
	}
	return d
}

// describe answers /sobjects/X/describe.
func describe(obj *object, base string) *answer {
	d := objectDescribe{objectSummary: summary(obj, base), Children: []childDescribe{}}
	d.Types = []recordType{{Name: "Master", RecordTypeID: "012000000000000AAA", Master: true}}
	for _, c := range obj.Children {
		d.Children = append(d.Children, childDescribe{ChildSObject: c.Object, Field: c.Field, RelationshipName: c.Name})
	}
	for _, f := range obj.Fields {
		d.Fields = append(d.Fields, describeField(obj, f))
	}
	return jsonAnswer(http.StatusOK, marshal(d))
}

// marshal encodes one of this package's own structs.
func marshal[T any](v T) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("org: " + err.Error()) // a struct of this package that JSON cannot express
	}
	return b
}

// listObjects answers /sobjects.
func (o *Org) listObjects(c *call) (*answer, *apiError) {
	list := struct {
		Encoding     string          `json:"encoding"`
		MaxBatchSize int             `json:"maxBatchSize"`
		SObjects     []objectSummary `json:"sobjects"`
	}{"UTF-8", 200, nil}
	for _, name := range o.names() {
		list.SObjects = append(list.SObjects, summary(o.table(name).object, c.base))
	}
	return jsonAnswer(http.StatusOK, marshal(list)), nil
}

// blobSize returns how many bytes a base64 value holds, as text.
func blobSize(data string) string {
	b, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return "0"
	}
	return strconv.Itoa(len(b))
}
