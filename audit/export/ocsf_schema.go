package export

// The parts of OCSF 1.8.0 that are written. There is no attribute among them that could carry content.

type ocsfBase struct {
	ActivityID  int              `json:"activity_id"`
	CategoryUID int              `json:"category_uid"`
	ClassUID    int              `json:"class_uid"`
	TypeUID     int              `json:"type_uid"`
	Time        int64            `json:"time"` // milliseconds since 1970
	SeverityID  int              `json:"severity_id"`
	Severity    string           `json:"severity"`
	StatusID    int              `json:"status_id,omitempty"`
	Status      string           `json:"status,omitempty"`
	StatusCode  string           `json:"status_code,omitempty"`
	Message     string           `json:"message"`
	Metadata    ocsfMetadata     `json:"metadata"`
	Observables []ocsfObservable `json:"observables,omitempty"`
	Unmapped    *ocsfUnmapped    `json:"unmapped,omitempty"`
}

type ocsfMetadata struct {
	Version        string      `json:"version"`
	Profiles       []string    `json:"profiles"`
	Product        ocsfProduct `json:"product"`
	UID            string      `json:"uid"`
	CorrelationUID string      `json:"correlation_uid,omitempty"`
	Reporter       *ocsfEntity `json:"reporter,omitempty"` // the node
	Sequence       uint64      `json:"sequence"`
	LogName        string      `json:"log_name"`
	LogVersion     string      `json:"log_version"`
	OriginalTime   string      `json:"original_time"`
}

type ocsfProduct struct {
	Name    string      `json:"name"`
	Vendor  string      `json:"vendor_name"`
	Feature *ocsfEntity `json:"feature,omitempty"`
}

type ocsfEntity struct {
	Name string `json:"name,omitempty"`
	UID  string `json:"uid,omitempty"`
}

type ocsfObservable struct {
	Name   string `json:"name"`
	TypeID int    `json:"type_id"`
	Type   string `json:"type"`
	Value  string `json:"value"`
}

// ocsfUnmapped is what the schema has no attribute for.
type ocsfUnmapped struct {
	Kind          string   `json:"kind"`
	Mode          string   `json:"mode,omitempty"`
	Coverage      string   `json:"coverage,omitempty"`
	API           string   `json:"api,omitempty"`
	Operation     string   `json:"operation,omitempty"`
	Object        string   `json:"object,omitempty"`
	Direction     string   `json:"direction,omitempty"`
	Records       int64    `json:"records,omitempty"`
	LatencyMicros int64    `json:"latency_us,omitempty"`
	UpstreamSPKI  string   `json:"upstream_spki,omitempty"`
	Rules         []string `json:"rules,omitempty"`
	ReviewedBy    string   `json:"reviewed_by,omitempty"`
}

// ocsfControl is the profile security_control.
type ocsfControl struct {
	ActionID        int         `json:"action_id"`
	Action          string      `json:"action"`
	DispositionID   int         `json:"disposition_id"`
	Disposition     string      `json:"disposition"`
	IsAlert         bool        `json:"is_alert"`
	FirewallRule    *ocsfEntity `json:"firewall_rule,omitempty"`
	Policy          *ocsfPolicy `json:"policy,omitempty"`
	ConfidenceID    int         `json:"confidence_id,omitempty"`
	Confidence      string      `json:"confidence,omitempty"`
	ConfidenceScore int         `json:"confidence_score,omitempty"` // 0 to 100
}

type ocsfPolicy struct {
	UID     string `json:"uid"`
	Version string `json:"version"`
	Applied bool   `json:"is_applied"`
}

type ocsfPeers struct {
	Source      *ocsfEndpoint `json:"src_endpoint,omitempty"`
	Destination *ocsfEndpoint `json:"dst_endpoint,omitempty"`
}

type ocsfEndpoint struct {
	Hostname string `json:"hostname,omitempty"`
	IP       string `json:"ip,omitempty"`
	Name     string `json:"name,omitempty"`
	Port     int    `json:"port,omitempty"`
}

// ocsfHTTPActivity is class 4002.
type ocsfHTTPActivity struct {
	ocsfBase
	ocsfControl
	ocsfPeers
	ActivityName string        `json:"activity_name"`
	Request      ocsfRequest   `json:"http_request"`
	Response     *ocsfResponse `json:"http_response,omitempty"`
	TLS          *ocsfTLS      `json:"tls,omitempty"`
	Traffic      *ocsfTraffic  `json:"traffic,omitempty"`
}

type ocsfRequest struct {
	Method string   `json:"http_method,omitempty"`
	UID    string   `json:"uid"`
	URL    *ocsfURL `json:"url,omitempty"`
}

// ocsfURL has no query string; Path is a template.
type ocsfURL struct {
	Scheme   string `json:"scheme"`
	Hostname string `json:"hostname,omitempty"`
	Port     int    `json:"port,omitempty"`
	Path     string `json:"path"`
}

type ocsfResponse struct {
	Code int `json:"code"`
}

type ocsfTLS struct {
	Version string `json:"version"`
	Cipher  string `json:"cipher,omitempty"`
}

type ocsfTraffic struct {
	Bytes int64 `json:"bytes"`
	In    int64 `json:"bytes_in,omitempty"`
	Out   int64 `json:"bytes_out,omitempty"`
}

// ocsfLifecycle is class 6002.
type ocsfLifecycle struct {
	ocsfBase
	ActivityName string      `json:"activity_name"`
	App          ocsfProduct `json:"app"`
}

// ocsfFinding is class 2006 with the profile incident.
type ocsfFinding struct {
	ocsfBase
	ocsfControl
	ocsfPeers
	*ocsfVerdict
	ActivityName string          `json:"activity_name"`
	Info         ocsfFindingInfo `json:"finding_info"`
	Actor        *ocsfActor      `json:"actor,omitempty"`
	Security     ocsfSecurity    `json:"data_security"`
	Assignee     *ocsfUser       `json:"assignee,omitempty"`
}

type ocsfVerdict struct {
	ID   int    `json:"verdict_id"`
	Name string `json:"verdict"`
}

// ocsfActor is the job; people do not send through a gate.
type ocsfActor struct {
	AppName string `json:"app_name"`
}

type ocsfUser struct {
	Name   string `json:"name"`
	TypeID int    `json:"type_id"` // 1 is a user
}

type ocsfFindingInfo struct {
	UID       string        `json:"uid"`
	Title     string        `json:"title"`
	Types     []string      `json:"types,omitempty"`
	Created   int64         `json:"created_time"`
	FirstSeen int64         `json:"first_seen_time"`
	LastSeen  int64         `json:"last_seen_time"`
	Modified  int64         `json:"modified_time,omitempty"`
	Analytic  *ocsfAnalytic `json:"analytic,omitempty"`
	Related   []ocsfRelated `json:"related_events"`
}

type ocsfAnalytic struct {
	Name   string `json:"name"`
	TypeID int    `json:"type_id"`
	Type   string `json:"type"`
}

type ocsfRelated struct {
	UID     string `json:"uid"`
	TypeUID int    `json:"type_uid"`
}

// ocsfSecurity is data_security, without pattern_match.
type ocsfSecurity struct {
	CategoryID int          `json:"category_id"`
	Category   string       `json:"category"`
	SystemID   int          `json:"detection_system_id"`
	System     string       `json:"detection_system"`
	StateID    int          `json:"data_lifecycle_state_id"`
	State      string       `json:"data_lifecycle_state"`
	Pattern    string       `json:"detection_pattern,omitempty"` // names of detectors
	Policy     *ocsfPolicy  `json:"policy,omitempty"`
	Details    []ocsfDetail `json:"discovery_details"`
}

// ocsfDetail is an entry of discovery_details, without value.
type ocsfDetail struct {
	Type        string           `json:"type"`
	Count       int              `json:"count"`
	Occurrences []ocsfOccurrence `json:"occurrences,omitempty"`
}

type ocsfOccurrence struct {
	JSONPath string `json:"json_path,omitempty"`
	Column   string `json:"column_name,omitempty"`
}
