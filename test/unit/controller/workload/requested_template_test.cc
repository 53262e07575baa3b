// Which ReplicaSet is the new one for a kind whose stored template lacks the API server's defaults,
// and which template its Pods are to have (RO-010…RO-014, RO-016).
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "controller/workload/actions/history_clean_up.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/ownership/claim.h"
#include "controller/workload/planner/planner.h"
#include "controller/workload/revisions/new_replica_set.h"
#include "kubeclient/api/canonical.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/boats.h"

namespace windlass::workload::requested_template_test {
namespace {

using Json = nlohmann::json;

constexpr int kAsked = World::kPresentTemplate;  // as the object has it
constexpr int kDefaulted = 200;                  // the same with the defaults
constexpr int kOther = 1;
constexpr const char* kNote = "t-asked";

// Boats that ask for a template without its defaults.
struct Dock : Harbour {
  // The view; the planner knows the defaults if `knows`.
  View See() const {
    View view = Look();
    view.workload.requested_template = kNote;
    if (knows) view.workload.defaulted = &with_defaults;
    return view;
  }
  // Adds a ReplicaSet; `note` is which template it was made for, and "" means that it has no note.
  ReplicaSet& Add(const std::string& name, int template_number, const std::string& note,
                  int32_t replicas) {
    ReplicaSet& rs = world.Add(name, replicas, replicas, template_number);
    if (!note.empty()) world.SetAnnotation(rs, kRequestedTemplate, note);
    return rs;
  }

  bool knows = false;
  DefaultedTemplate with_defaults{
      .fingerprint = {0, kDefaulted},
      .json = R"({"metadata":{"labels":{"app":"web"}},"spec":{"containers":[)"
              R"({"name":"a","terminationMessagePath":"/dev/termination-log"}]}})"};
};

// `view` and `learned` must outlive the result.
Situation Situate(const View& view, const Learned& learned) {
  return MakeSituation(view, ClaimReplicaSets(view), learned, kNow);
}

struct Made {
  std::string name;
  int template_number = 0;
  std::string note;
  int32_t replicas = 0;
};

using Sets = std::vector<Made>;

// A ReplicaSet with a note, that of the present request or another one; and one without a note.
Sets Noted(const std::string& name, int template_number, int32_t replicas,
           const std::string& note = kNote) {
  return {{name, template_number, note, replicas}};
}
Sets Bare(const std::string& name, int template_number, int32_t replicas) {
  return Noted(name, template_number, replicas, "");
}
template <typename... More>
Sets Together(Sets first, const More&... more) {
  (first.insert(first.end(), more.begin(), more.end()), ...);
  return first;
}

struct FindRow {
  std::string id;
  bool knows = false;
  Sets replica_sets;
  std::string want;       // the new ReplicaSet; "": there is none
  int want_template = 0;  // the wanted template; 0: it is not known
};

TEST_CASE("the new ReplicaSet of a template that was asked for without its defaults") {
  const FindRow row = GENERATE(values<FindRow>({
      {"RO-010 the oldest with exactly that template", false,
       Together(Bare("one", kAsked, 0), Bare("two", kAsked, 1)), "one", kAsked},
      {"RO-010 it comes before one with a note", true,
       Together(Noted("noted", kDefaulted, 2), Bare("exact", kAsked, 0)), "exact", kAsked},
      {"RO-011 one with the note", false,
       Together(Bare("other", kOther, 1), Noted("noted", kDefaulted, 0)), "noted", kDefaulted},
      {"RO-011 the oldest of those with replicas", false,
       Together(Noted("one", kDefaulted, 0), Noted("two", kDefaulted, 1), Noted("three", 300, 2)),
       "two", kDefaulted},
      {"RO-011 the oldest if none has replicas", false,
       Together(Noted("one", kDefaulted, 0), Noted("two", 300, 0)), "one", kDefaulted},
      {"RO-011 another note is of another template", false, Noted("other", kOther, 1, "t-other"),
       "", 0},
      {"RO-016 an edited one, or one with new defaults, stays the new one", true,
       Together(Noted("edited", 300, 1), Bare("defaulted", kDefaulted, 0)), "edited", 300},
      {"RO-012 the oldest with the template and its defaults", true,
       Together(Bare("other", kOther, 1), Bare("one", kDefaulted, 0), Bare("two", kDefaulted, 1)),
       "one", kDefaulted},
      {"RO-012 none is, as long as the defaults are not known", false, Bare("one", kDefaulted, 1),
       "", 0},
      {"RO-012 none has it, and what is wanted is known", true, Bare("other", kOther, 1), "",
       kDefaulted},
      {"RO-013 a note in another form says nothing", true, Noted("one", kDefaulted, 1, "t-0"),
       "one", kDefaulted},
  }));
  CAPTURE(row.id);
  Dock dock;
  dock.knows = row.knows;
  for (const Made& made : row.replica_sets) {
    dock.Add(made.name, made.template_number, made.note, made.replicas);
  }
  const View view = dock.See();
  const Learned nothing;
  const Situation situation = Situate(view, nothing);
  const ReplicaSet* found = situation.new_replica_set;
  CHECK((found == nullptr ? "" : found->meta.name) == row.want);
  CHECK(situation.old.size() == row.replica_sets.size() - (found == nullptr ? 0U : 1U));
  CHECK(situation.wanted.known == (row.want_template != 0));
  const Fingerprint want{0, static_cast<uint64_t>(row.want_template)};
  CHECK(situation.wanted.Is(want) == (row.want_template != 0));
  Proves(row.id);
}

TEST_CASE("a kind that stores its template with the defaults reads no note (RO-011)") {
  Dock dock;
  dock.world.SetAnnotation(dock.Add("web-1", kDefaulted, "", 1), kRequestedTemplate, "");
  View view = dock.See();
  view.workload.requested_template.clear();
  const Learned nothing;
  const Situation situation = Situate(view, nothing);
  CHECK(situation.new_replica_set == nullptr);
  CHECK(situation.wanted.Is({0, kAsked}));
  CHECK(situation.wanted.json == view.workload.template_json);
  Proves("RO-011");
}

TEST_CASE("the text of the wanted template is that of its ReplicaSet, if it is kept (RO-016)") {
  Dock dock;
  ReplicaSet& rs = dock.Add("web-1", 300, kNote, 1);
  SECTION("kept") { rs.template_json = std::make_shared<const std::string>("{}"); }
  SECTION("not kept") {}
  SECTION("that of the defaults, if it is the same template") {
    dock.knows = true;
    rs.template_fingerprint = dock.with_defaults.fingerprint;
  }
  const View view = dock.See();
  const Learned nothing;
  const std::string* const want = dock.knows ? &dock.with_defaults.json : rs.template_json.get();
  CHECK(Situate(view, nothing).wanted.json == want);
  Proves("RO-016");
}

struct NoteRow {
  std::string id;
  int template_number = 0;
  std::string note;
  bool want = false;  // a write of the note
};

TEST_CASE("the new ReplicaSet gets the note, unless it is found without one") {
  const NoteRow row = GENERATE(values<NoteRow>({
      {"RO-012 it has none", kDefaulted, "", true},
      {"RO-012 it has it", kDefaulted, kNote, false},
      {"RO-013 it has another form of it", kDefaulted, "t-0", true},
      {"RO-010 it has exactly the template", kAsked, "", false},
      {"RO-010 it has exactly the template, and the note of another request", kAsked, "t-0", false},
  }));
  CAPTURE(row.id);
  Dock dock;
  dock.knows = true;
  dock.Add("web-1", row.template_number, row.note, 2);
  const View view = dock.See();
  const Learned nothing;
  const ReplicaSetChange change = MissingFromNewReplicaSet(Situate(view, nothing));
  const std::string key(kRequestedTemplate);
  CHECK(change.annotations.contains(key) == row.want);
  if (row.want) CHECK(change.annotations.at(key) == kNote);
  CHECK(change.annotations.size() == (row.want ? 1 : 0));
  Proves(row.id);
}

TEST_CASE("the note is one write of annotations, and no Pod moves (RO-012, RO-013)") {
  Dock dock;
  dock.knows = true;
  dock.Add("web-1", kDefaulted, GENERATE("", "t-0"), 2);
  const Step step = Next(dock.See(), {}, kNow);
  const Write* write = std::get_if<Write>(&step);
  REQUIRE(write != nullptr);
  CHECK(write->request.Describe() == "patch replicasets ns/web-1");
  const Json body = Json::parse(write->request.body());
  CHECK_FALSE(body.contains("spec"));
  CHECK(body["metadata"]["annotations"][std::string(kRequestedTemplate)] == kNote);
  Proves("RO-012 RO-013");
}

TEST_CASE("a ReplicaSet that is followed was not asked for (RO-012)") {
  Dock dock;
  dock.knows = true;
  dock.Add("web-1", kDefaulted, "", 2);
  View view = dock.See();
  view.workload.follow_revision = 1;  // that of web-1
  const Learned nothing;
  const Situation situation = Situate(view, nothing);
  REQUIRE(situation.new_replica_set != nullptr);
  const ReplicaSetChange change = MissingFromNewReplicaSet(situation);
  CHECK_FALSE(change.annotations.contains(std::string(kRequestedTemplate)));
  Proves("RO-012");
}

// Returns the body of the creation that is next.
Json CreationOf(const Dock& dock) {
  const Step step = Next(dock.See(), {}, kNow);
  const Write* write = std::get_if<Write>(&step);
  REQUIRE(write != nullptr);
  REQUIRE(write->request.verb() == Verb::kCreate);
  return Json::parse(write->request.body());
}

TEST_CASE("a ReplicaSet is made of what was asked for, with the note (RO-011)") {
  Dock dock;
  dock.knows = GENERATE(true, false);
  const Json body = CreationOf(dock);
  CHECK(body["metadata"]["annotations"][std::string(kRequestedTemplate)] == kNote);
  CHECK(body["spec"]["template"]["spec"]["containers"] == Json::parse(R"([{"name":"a"}])"));
  Proves("RO-011");
}

// --- a ReplicaSet that comes back ---

struct BackRow {
  std::string id;
  bool knows = false;
  std::function<void(Json& rs)> change;
  bool want_stop = false;  // the rollout stops, because a webhook changed the ReplicaSet
};

// Returns the step after a creation that came back as `rs`, and is no ReplicaSet of the boat since.
Step AfterCreationOf(const Dock& dock, Json rs) {
  rs["metadata"]["uid"] = "00000000-0000-4000-8000-000000000101";
  rs["metadata"]["resourceVersion"] = "1";
  const Step step = Next(dock.See(), {}, kNow);
  const Learned learned{OutcomeOf(std::get<Write>(step), Reply{rs.dump()})};
  return Next(dock.See(), learned, kNow);
}

TEST_CASE("a created ReplicaSet is compared with the template and its defaults, if known") {
  const auto set_image = [](Json& rs) {
    rs["spec"]["template"]["spec"]["containers"][0]["image"] = "mirror/a";
  };
  const auto change_owner = [](Json& rs) {
    rs["metadata"]["ownerReferences"][0]["uid"] = "00000000-0000-4000-8000-00000000dead";
  };
  const auto change_label = [](Json& rs) { rs["metadata"]["labels"]["app"] = "mesh"; };
  const auto row = GENERATE_COPY(values<BackRow>({
      {"RO-012 as the defaults say", true, [](Json&) {}, false},
      {"RO-012 another template", true, set_image, true},
      {"RO-014 the template does not count", false, set_image, false},
      {"RO-014 the owner does", false, change_owner, true},
      {"RO-014 the labels do", false, change_label, true},
  }));
  CAPTURE(row.id);
  Dock dock;
  dock.knows = row.knows;
  Json rs = CreationOf(dock);
  rs["spec"]["template"]["spec"]["containers"][0]["terminationMessagePath"] =
      "/dev/termination-log";
  dock.with_defaults.fingerprint = FingerprintOf(*CanonicalTemplate(dock.with_defaults.json));
  row.change(rs);
  const Step step = AfterCreationOf(dock, rs);
  const Write* write = std::get_if<Write>(&step);
  CHECK((write != nullptr) == row.want_stop);  // the condition comes before the failure
  if (write != nullptr) CHECK(write->request.Describe() == "patch boats/status ns/web");
  if (write == nullptr) CHECK(std::get<Failed>(step).retry == Retry::kBackOff);
  Proves(row.id);
}

// --- a fault in our canonical form (S-014) ---

struct ConfirmRow {
  std::string id;
  std::string read;  // the template that the read shows
  bool want = false;
};

TEST_CASE("a template that differs in form only is compared with the defaults (RO-012, S-014)") {
  const ConfirmRow row = GENERATE(values<ConfirmRow>({
      {"RO-012 with the defaults",
       R"({"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"a",)"
       R"("securityContext":{},"terminationMessagePath":"/dev/termination-log"}]}})",
       true},
      {"RO-012 without them",
       R"({"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"a"}]}})", false},
  }));
  CAPTURE(row.id);
  Dock dock;
  dock.knows = true;
  dock.Add("web-1", 300, "", 2);
  View view = dock.See();
  view.workload.status.observed_generation = view.workload.meta.generation;
  view.workload.revision = "1";
  const Learned nothing;
  const auto step = ConfirmTemplateChanged(Situate(view, nothing));
  REQUIRE(step.has_value());
  const Request& read = std::get<Read>(*step).request;
  CHECK(read.Describe() == "get replicasets ns/web-1");
  const Learned learned{OutcomeOf(read, Reply{R"({"spec":{"template":)" + row.read + "}}"})};
  const Situation situation = Situate(view, learned);
  CHECK((situation.new_replica_set != nullptr) == row.want);
  CHECK_FALSE(ConfirmTemplateChanged(situation).has_value());
  Proves(row.id);
}

TEST_CASE("nothing is read to compare it with an unknown template (RO-014, S-014)") {
  Dock dock;
  dock.Add("web-1", 300, "", 2);
  View view = dock.See();
  view.workload.status.observed_generation = view.workload.meta.generation;
  view.workload.revision = "1";
  const Learned nothing;
  CHECK_FALSE(ConfirmTemplateChanged(Situate(view, nothing)).has_value());
  Proves("RO-014");
}

TEST_CASE("a paused workload deletes no history while one may be the new one (RO-039)") {
  Dock dock;
  dock.world.deployment.spec.paused = true;
  dock.Add("one", kOther, "", 0);
  dock.Add("two", kDefaulted, "", 2);
  std::string deleted;
  SECTION("the wanted template is not known") {}
  SECTION("it is known") {
    dock.knows = true;
    dock.Add("three", kDefaulted + 1, "", 0);
    deleted = "delete replicasets ns/one";
  }
  View view = dock.See();
  view.workload.revision_history_limit = 1;
  const Learned learned;
  const auto step = CleanUpHistory(Situate(view, learned));
  CHECK((step ? std::get<Write>(*step).request.Describe() : "") == deleted);
  Proves("RO-039");
}

}  // namespace
}  // namespace windlass::workload::requested_template_test
