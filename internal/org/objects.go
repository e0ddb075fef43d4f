package org

import "strings"

// Constructors of fields; they read as the schema's table does.

func text(name string, length int) *field {
	return &field{Name: name, Kind: kindString, Length: length}
}

func typed(name string, k kind, length int) *field {
	return &field{Name: name, Kind: k, Length: length}
}

func lookup(name, to, relationship string) *field {
	return &field{Name: name, Kind: kindReference, Length: 18, To: to, Relationship: relationship}
}

func picklist(name string, restricted bool, values ...string) *field {
	return &field{Name: name, Kind: kindPicklist, Length: 255, Values: values, Restricted: restricted}
}

func flag(name string) *field { return &field{Name: name, Kind: kindBoolean, Default: "false"} }

func required(f *field) *field { f.Required = true; return f }

func readOnly(f *field) *field { f.ReadOnly = true; return f }

// external makes f an external id that is unique if unique is set; without it a value may name several rows.
func external(f *field, unique bool) *field {
	f.ExternalID, f.Unique = true, unique
	return f
}

// address returns the fields of a compound address and the compound itself.
func address(prefix string) []*field {
	parts := []part{}
	var fields []*field
	for _, p := range []struct {
		name   string
		length int
	}{{"Street", 255}, {"City", 40}, {"State", 80}, {"PostalCode", 20}, {"Country", 80}} {
		k := kindString
		if p.name == "Street" {
			k = kindTextArea
		}
		fields = append(fields, typed(prefix+p.name, k, p.length))
		parts = append(parts, part{strings.ToLower(p.name[:1]) + p.name[1:], prefix + p.name})
	}
	whole := prefix + "Address"
	if prefix == "" {
		whole = "Address"
	}
	return append(fields, &field{Name: whole, Kind: kindAddress, ReadOnly: true, Parts: parts})
}

// system returns the fields that every object has.
func system() (head, tail []*field) {
	head = []*field{
		readOnly(typed("Id", kindID, 18)),
		readOnly(flag("IsDeleted")),
	}
	tail = []*field{
		readOnly(typed("CreatedDate", kindDateTime, 0)),
		readOnly(lookup("CreatedById", "User", "CreatedBy")),
		readOnly(typed("LastModifiedDate", kindDateTime, 0)),
		readOnly(lookup("LastModifiedById", "User", "LastModifiedBy")),
		readOnly(typed("SystemModstamp", kindDateTime, 0)),
	}
	return head, tail
}

// define completes an object with the system's fields, labels and the index.
func define(name, plural, prefix, nameField string, fields ...*field) *object {
	head, tail := system()
	all := append(head, fields...)
	all = append(all, tail...)
	obj := &object{
		Name: name, Label: label(name), Plural: plural, Prefix: prefix, NameField: nameField,
		Fields: all, byName: make(map[string]*field, len(all)),
	}
	for _, f := range all {
		f.Label = label(f.Name)
		obj.byName[strings.ToLower(f.Name)] = f
	}
	return obj
}

// label makes a label of an API name: MailingPostalCode becomes Mailing Postal Code.
func label(name string) string {
	name = strings.TrimSuffix(name, "__c")
	if name != "Id" && len(name) > 2 {
		name = strings.TrimSuffix(name, "Id")
	}
	var b strings.Builder
	for i, r := range name {
		upper := r >= 'A' && r <= 'Z'
		if upper && i > 0 && name[i-1] >= 'a' && name[i-1] <= 'z' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// objects returns the schema, made anew.
func objects() []*object {
	list := []*object{account(), contact(), lead(), caseObject(), task(), user(), content(), benchObject()}
	byName := map[string]*object{}
	for _, obj := range list {
		byName[obj.Name] = obj
	}
	byName["Account"].Children = []child{
		{"Contact", "AccountId", "Contacts"}, {"Case", "AccountId", "Cases"}, {"Account", "ParentId", "ChildAccounts"},
		{"Task", "WhatId", "Tasks"},
	}
	byName["Contact"].Children = []child{{"Case", "ContactId", "Cases"}, {"Task", "WhoId", "Tasks"}}
	return list
}

// owned returns the reference to the row's owner.
func owned() *field { return lookup("OwnerId", "User", "Owner") }

func account() *object {
	fields := []*field{
		required(text("Name", 255)),
		text("FirstName", 40), text("LastName", 80), text("Salutation", 40),
		readOnly(flag("IsPersonAccount")),
		typed("PersonEmail", kindEmail, 80), typed("PersonBirthdate", kindDate, 0),
		typed("PersonMobilePhone", kindPhone, 40), typed("PersonHomePhone", kindPhone, 40),
		typed("Phone", kindPhone, 40), typed("Fax", kindPhone, 40), typed("Website", kindURL, 255),
		text("AccountNumber", 40), picklist("Type", false, "Payer", "Provider", "Patient"),
		picklist("Industry", false, "Healthcare", "Insurance"),
		typed("AnnualRevenue", kindDouble, 0), typed("NumberOfEmployees", kindInt, 0),
		typed("Description", kindTextArea, 32000),
		external(text("External_Id__c", 64), true),
		external(text("Legacy_Id__c", 64), false),
		text("SSN__pc", 11), text("MRN__pc", 20),
		lookup("ParentId", "Account", "Parent"), owned(),
	}
	fields = append(fields, address("Billing")...)
	fields = append(fields, address("Shipping")...)
	return define("Account", "Accounts", "001", "Name", fields...)
}

func contact() *object {
	fields := []*field{
		lookup("AccountId", "Account", "Account"),
		required(text("LastName", 80)), text("FirstName", 40), text("Salutation", 40), readOnly(text("Name", 121)),
		typed("Email", kindEmail, 80),
		typed("Phone", kindPhone, 40), typed("MobilePhone", kindPhone, 40), typed("HomePhone", kindPhone, 40),
		typed("Fax", kindPhone, 40),
		typed("Birthdate", kindDate, 0),
		text("Title", 128), text("Department", 80),
		picklist("LeadSource", false, "Web", "Referral", "Clinic"),
		typed("Description", kindTextArea, 32000),
		text("SSN__c", 11),
		external(text("MRN__c", 20), true),
		external(text("Legacy_Id__c", 64), false),
		flag("HasConsent__c"),
		text("Diagnosis__c", 255),
		typed("Risk_Score__c", kindDouble, 0),
		typed("Last_Visit__c", kindDateTime, 0),
		typed("Portal__c", kindURL, 255),
		lookup("ReportsToId", "Contact", "ReportsTo"), owned(),
	}
	fields = append(fields, address("Mailing")...)
	fields = append(fields, address("Other")...)
	return define("Contact", "Contacts", "003", "Name", fields...)
}

func lead() *object {
	fields := []*field{
		required(text("LastName", 80)), text("FirstName", 40), readOnly(text("Name", 121)),
		required(text("Company", 255)), text("Title", 128),
		typed("Email", kindEmail, 80), typed("Phone", kindPhone, 40), typed("MobilePhone", kindPhone, 40),
		picklist("Status", false, "Open - Not Contacted", "Working - Contacted", "Closed - Converted"),
		typed("Description", kindTextArea, 32000), typed("Birthdate__c", kindDate, 0), owned(),
	}
	fields = append(fields, address("")...)
	obj := define("Lead", "Leads", "00Q", "Name", fields...)
	obj.field("Status").Default = "Open - Not Contacted"
	return obj
}

func caseObject() *object {
	number := readOnly(text("CaseNumber", 30))
	obj := define("Case", "Cases", "500", "CaseNumber",
		number,
		lookup("ContactId", "Contact", "Contact"), lookup("AccountId", "Account", "Account"),
		text("Subject", 255), typed("Description", kindTextArea, 32000),
		picklist("Status", true, "New", "Working", "Escalated", "Closed"),
		picklist("Priority", true, "High", "Medium", "Low"),
		picklist("Origin", false, "Phone", "Email", "Web"),
		typed("SuppliedEmail", kindEmail, 80), text("SuppliedName", 80), text("SuppliedPhone", 40),
		external(text("External_Id__c", 64), true), owned(),
	)
	obj.field("Status").Default = "New"
	obj.field("Priority").Default = "Medium"
	return obj
}

func task() *object {
	obj := define("Task", "Tasks", "00T", "Subject",
		text("Subject", 255), typed("Description", kindTextArea, 32000), typed("ActivityDate", kindDate, 0),
		picklist("Status", true, "Not Started", "In Progress", "Completed"),
		picklist("Priority", true, "High", "Normal", "Low"),
		lookup("WhoId", "Contact", "Who"), lookup("WhatId", "Account", "What"), owned(),
	)
	obj.field("Status").Default = "Not Started"
	obj.field("Priority").Default = "Normal"
	return obj
}

func user() *object {
	return define("User", "Users", "005", "Name",
		external(required(text("Username", 80)), true),
		required(text("LastName", 80)), text("FirstName", 40), readOnly(text("Name", 121)),
		required(typed("Email", kindEmail, 128)), flag("IsActive"),
		external(text("FederationIdentifier", 512), true),
	)
}

func content() *object {
	return define("ContentVersion", "Content Versions", "068", "Title",
		required(text("Title", 255)), required(text("PathOnClient", 500)),
		required(typed("VersionData", kindBase64, 0)),
		typed("Description", kindTextArea, 1000), readOnly(typed("ContentSize", kindInt, 0)),
		lookup("FirstPublishLocationId", "Account", "FirstPublishLocation"), owned(),
	)
}

func benchObject() *object {
	return define("BenchRow__c", "Bench Rows", benchPrefix, "Name",
		text("Name", 80), typed("Index__c", kindDouble, 0), external(text("Key__c", 40), true),
		typed("Email__c", kindEmail, 80), typed("Phone__c", kindPhone, 40),
		picklist("Status__c", false, "New", "Working", "Closed"), typed("Notes__c", kindTextArea, 32000),
	)
}
