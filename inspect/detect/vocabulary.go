package detect

// monthNames are the months twelve by twelve: in full, and abbreviated.
const monthNames = `january february march april may june july august september october november december
jan feb mar apr may jun jul aug sep oct nov dec
jan feb mar apr may jun jul aug sept oct nov dec`

// fillers are words of names that stand in no phrase and are known so that names written without marks between their
// words can be divided.
const fillers = `patient person personal client customer user home mobile work primary secondary main other number no num
id the of my current contact emergency guardian spouse mother father assistant new old value field text code info
mailing billing shipping legal first last full preferred permanent temp business office day evening night alternate`

// vocabulary lists the words that have a trait, in lower case.
var vocabulary = map[traits]string{
	givenName:  givenNames,
	familyName: familyNames,
	title:      "mr mrs ms miss mx dr prof professor rev reverend sr sra senor senora srta",
	cue: `patient pt member client beneficiary subscriber enrollee insured guarantor caregiver guardian spouse wife
husband mother father mom dad daughter son sister brother aunt uncle grandmother grandfather niece nephew cousin partner
name named nurse physician provider resident infant baby decedent contact dear regards sincerely attn attention with by
caller agent interpreter translator pi cc surgeon therapist midwife dentist pharmacist roommate fiance fiancee girlfriend
boyfriend stepmother stepfather stepson stepdaughter grandson granddaughter pcp chaperone grandma grandpa granny nana abuela mum mama mommy papa daddy twin godmother godfather
clinician pathologist radiologist anesthesiologist anaesthetist cardiologist oncologist neurologist psychiatrist psychologist
pediatrician hospitalist dietitian nutritionist counselor counsellor doula carer`,
	announcing: `attending referring ordering rendering supervising performing dictating consultant phys md author technician tech operator
witness examiner reviewer approver assistant scribe sender recipient from to re preceptor resident fellow manager worker coordinator
person employee applicant requester requestor reporter signature signed prescriber`,
	greeting: "hi hello hey regarding seeing called said says told asked thank",
	closing:  `regards sincerely thanks best faithfully truly cheers yours respectfully cordially warmly gratefully wishes you love`,
	predicate: `reports reported states stated says said denies denied complains complained endorses endorsed agrees agreed verbalized
verbalised refused refuses declined declines tolerated tolerates presents presented lives lived underwent admits wants wished asked`,
	linking: "with by",
	speaking: `seen spoke spoken speaking discussed discussion signed cosigned reviewed referred accompanied evaluated examined performed dictated
escalated transcribed ordered written interpreted assisted supervised authored verified entered administered called contacted
met meeting conversation talked visited treated attended consulted completed documented prescribed admitted received reported
witnessed obtained followed interviewed lives living resides married`,
	credential: "md do rn np pa phd lpn crna dds dmd pharmd mph facs lcsw msw aprn fnp dnp psyd dpm od dc esq jr sr ii iii iv",
	placeName: `carolina dakota devon florence georgia india israel jordan kent kenya lincoln london milan montana paris
phoenix sierra sydney victoria virginia asia america chelsea brooklyn queens bristol lancaster york troy salem dover
jackson madison austin houston lincoln houston dallas denver charlotte jacksonville columbus orlando
savannah augusta montgomery marshall clinton franklin hamilton arlington lexington carson berkeley aurora phoenix
florence eugene irving garland chandler gilbert glendale fremont san santa fort saint st los las el new north south
east west lake mount port virginia georgia carolina dakota washington york paris london sydney cambridge oxford
cleveland`,
	stateCode: `al ak az ar ca co ct de dc fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd
oh ok or pa pr ri sc sd tn tx ut vt va vi wa wv wi wy gu as mp aa ae ap`,
	suffix: `alley aly annex anx arcade arc avenue ave av bayou bch beach bend bnd bluff blf boulevard blvd branch br
bridge brg brook brk bypass byp canyon cyn cape causeway cswy center ctr circle cir cliff clf club clb common cmn corner
cor course crse court ct courts cts cove cv creek crk crescent cres crossing xing dale dl drive dr estate est expressway
expy extension ext falls fls ferry fry field fld flat flt ford frd forest frst forge frg fork frk freeway fwy garden gdn
gdns gateway gtwy glen gln green grn grove grv harbor hbr haven hvn heights hts highway hwy hill hl hills hls hollow
holw island is isle junction jct key ky knoll knl lake lk landing lndg lane ln light lgt loaf lf lock lck lodge ldg loop
mall manor mnr meadow mdw meadows mdws mill ml mission msn motorway mount mt mountain mtn neck nck orchard orch oval
overpass park parkway pkwy pass passage path pike pine pne pines pnes place pl plain pln plains plns plaza plz point pt
port prt prairie pr ranch rnch rapids rpds ridge rdg river riv road rd row rue run shoal shl shore shr shores shrs
skyway spring spg springs spgs spur square sq station sta stream strm street st str summit smt terrace ter trace trce
track trak trail trl tunnel tunl turnpike tpke union un valley vly viaduct via view vw village vlg ville vl vista vis
walk wall way well wl wells wls`,
	thoroughfare: `rue avenue boulevard chemin allee impasse quai calle carrer avenida avda rua via viale piazza piazzale piazzetta corso
strada largo plaza paseo camino carrera ulica ul travessa ronda rambla calzada callejon`,
	stateName: `alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois indiana
iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska nevada new
north ohio oklahoma oregon pennsylvania rhode south tennessee texas utah vermont virginia washington west wisconsin wyoming ontario
quebec alberta manitoba saskatchewan`,
	dwelling: "lives lived living resides resided residing resident born raised moved native relocated originally immigrated emigrated",
	nation: `afghanistan algeria argentina armenia australia austria bangladesh belgium bolivia brazil bulgaria burma cambodia cameroon canada
chile china colombia congo croatia cuba cyprus denmark ecuador egypt england eritrea ethiopia finland france germany ghana greece guatemala
haiti honduras hungary iceland india indonesia iran iraq ireland italy jamaica japan korea kosovo kuwait laos latvia lebanon liberia libya
lithuania malaysia mexico moldova mongolia morocco mozambique myanmar nepal netherlands nicaragua nigeria norway pakistan panama paraguay
peru philippines poland portugal romania russia rwanda scotland senegal serbia singapore slovakia slovenia somalia spain sudan sweden
switzerland syria taiwan tanzania thailand tunisia turkey uganda ukraine uruguay uzbekistan venezuela vietnam wales yemen zambia zimbabwe
europe africa united puerto dominican costa saudi british`,
	compass: "n s e w ne nw se sw north south east west northeast northwest southeast southwest",
	unit:    "apt apartment unit ste suite rm room fl floor bldg building lot trlr dept ph penthouse",
	eponymous: `disease syndrome catheter sign test scale score fracture palsy lymphoma sarcoma tumor tumour reflex
procedure maneuver manoeuvre phenomenon criteria classification index bodies body cells contracture chorea dementia
thyroiditis anemia esophagus deformity tube drain clamp retractor solution lactate nevus gangrene position hospital
clinic university college school street avenue county city medical health pharmacy inc llc corp company foundation
diagnostics services service center centre group associates shield network team department laboratory laboratories lab labs
imaging radiology cardiology neurology oncology surgery medicine portal program programme memorial regional community
children childrens womens hospice rehab rehabilitation orthopedics pediatrics dermatology urology nephrology systems system
solutions institute society association council national pavilion campus protocol regimen staging stage grade stain assay
antigen antibody virus fever encephalopathy neuropathy anastomosis incision repair osteotomy technique approach forceps
cup prize award awards trophy medal act theorem constant law rule rules model curve unit ray xray needle stent valve graft prosthesis pouch splint brace bandage dressing office practice insurance bank trust library church
methodist baptist presbyterian observer airport stadium museum hotel formula method equation agar stone fistula hernia nodes
node nodule duct canal gland ulcer palsies paralysis agitans lines stripes spots spot`,
	common: `a an the and or but if in on at to for of by with from as is are was were be been has have had he she it they
we you i his her their our your my this that these those there here when where what who why how not no yes please call
called email phone fax see seen per re dob ssn mrn id date time note notes history chief complaint plan assessment
diagnosis allergies medications labs vitals subject description comments status follow up next last first new old
hello hi thanks thank dear monday tuesday wednesday thursday friday saturday sunday today tomorrow yesterday
january february march april june july august september october november december
address street city state zip insurance medicare medicaid emergency room department hospital clinic center general
care account case task record number type value name patient member doctor nurse reports reported states stated denies
admitted discharged presents presented prescribed needs wants asked requested will would can could should may might
good morning afternoon evening night internal external test tests order orders
salesforce health cloud united states america american`,
	meta: `type status count flag verified verification reason opt opted preference format length label category
required valid validated bounced consent enabled disabled visible hidden access encrypted masked exists present provided
accuracy score rank index sort version template`,
	question: "is has was does can",
	ordinary: `young long white brown green black gray grey king wood woods hill hall ward price bell fox stone rice rose page
lane love may mark grace faith hope joy will bill rich grant chase frank dean major miles pat rob art jack ray gene
sue don drew dale glen cliff brook forest heath field fields park parks waters rivers banks bush moss reed berry flowers
bird fish wolf lamb bass cook baker farmer carpenter miller mason potter fisher hunter archer porter walker weaver turner
sawyer shepherd bishop pope abbot knight noble prince duke earl day days winter summer snow frost rain moon starr sharp
strong small little short good best wise bright moody savage gentry golden silver diamond gold steel power powers battle
stout sweet sugar coffee apple cherry olive basil pepper ginger angel trinity melody harmony crystal amber ruby pearl hazel
ivy lily violet iris daisy robin jay martin dove swan gates church temple bridges amber angel christian rex rod dee destiny precious sky cross cannon cain bell knight wise silver sun song yang law lacy bo bond booth bowers buddy butler candy charity chelsea cooper cotton cousins crane crews
currier dawn eden flint foreman forte foster freeman french garland glover grove hardy harper hart hatch haven hawk heather
holly hooks ivory jade jasper jesus jewel junior kern lance marsh mercy merritt mills minor misty opal penny pitts pond
raven rocky roman royal rusty sandy savoy scales shore shores sierra singer sparks spears spencer stack stark sterling
summers tanner valentine wade wall ware weeks wells wheat wheeler wilder willow winters woody worth street curry ball case close mean
most means blood pain head hand foot back burns payne walls gill ring self doctor tucker dial miner`,
	generic:  "value val text content data display string number raw answer response input item entry key extension code",
	particle: "van von der den de del della di da dos das la las le el al bin ibn ter ten zu",
	lettered: `hepatitis vitamin type group grade class stage plan part factor influenza schedule category appendix section option
unit room ward arm form figure table strep streptococcus phase cohort level building wing suite apt apartment bldg`,
	year: "y yo yr yrs year years aged age",
}
