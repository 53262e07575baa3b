// The exchange of two ReplicaSets, write by write, applied as the server does: P-052…P-056.
#include "controller/in_place/phases/exchange.h"

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "controller/in_place/phases/rollout_mode.h"
#include "controller/in_place/template/interest.h"
#include "kubeclient/api/decode.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/api_patch.h"

namespace windlass::in_place::exchange_test {
namespace {

using Json = nlohmann::json;

constexpr const char* kHostUid = "aaaaaaaa-e89b-42d3-a456-426614174000";
constexpr const char* kPendingUid = "bbbbbbbb-e89b-42d3-a456-426614174000";
constexpr const char* kOtherUid = "cccccccc-e89b-42d3-a456-426614174000";
const std::string kStashPath = "/metadata/annotations/internal.windlass.dev~1exchange";

// Returns a template as the API server writes it: with fields that we do not know, and empty
// objects.
std::string Template(const std::string& hash, const std::string& image, const std::string& tier) {
  return R"({"metadata":{"creationTimestamp":null,"labels":{"app":"web","pod-template-hash":")" +
         hash + R"(","tier":")" + tier + R"("}},"spec":{"zeta":{"new":[1,{}]},"containers":[)" +
         R"({"name":"app","image":")" + image + R"(","resources":{}}],"securityContext":{}}})";
}
std::string OldTemplate(const std::string& hash) { return Template(hash, "r/app:1", "front"); }
std::string NewTemplate(const std::string& hash) { return Template(hash, "r/app:2", "back"); }

Json LiveReplicaSet(const std::string& name, const char* uid, int replicas,
                    const std::string& pod_template) {
  Json rs = Json::parse(R"({"apiVersion": "apps/v1", "kind": "ReplicaSet",
                            "metadata": {"namespace": "shop", "annotations": {}},
                            "spec": {}, "status": {"replicas": 0}})");
  rs["metadata"]["name"] = name;
  rs["metadata"]["uid"] = uid;
  rs["metadata"]["resourceVersion"] = "1000";
  rs["spec"]["template"] = Json::parse(pod_template);
  rs["metadata"]["labels"] = rs["spec"]["template"]["metadata"]["labels"];
  rs["spec"]["selector"]["matchLabels"] = {
      {"app", "web"}, {"pod-template-hash", rs["metadata"]["labels"]["pod-template-hash"]}};
  rs["spec"]["replicas"] = replicas;
  return rs;
}

// A has the old template and owns the Pods; P waits with the new one.
Json Host() {
  Json host = LiveReplicaSet("web-aaa", kHostUid, 4, OldTemplate("aaa"));
  host["metadata"]["annotations"] = {{"deployment.kubernetes.io/revision", "5"},
                                     {"deployment.kubernetes.io/revision-history", "1,3"},
                                     {"deployment.kubernetes.io/desired-replicas", "4"},
                                     {"deployment.kubernetes.io/max-replicas", "5"},
                                     {"kubernetes.io/change-cause", "first"},
                                     {"windlass.dev/in-place", "IfPossible"},
                                     {"windlass.dev/term", "7"},
                                     {"team/~old", "x"},
                                     {"team/both", "same"}};
  return host;
}
Json Pending() {
  Json pending = LiveReplicaSet("web-bbb", kPendingUid, 0, NewTemplate("bbb"));
  pending["metadata"]["annotations"] = {{"deployment.kubernetes.io/revision", "6"},
                                        {"deployment.kubernetes.io/desired-replicas", "0"},
                                        {"kubernetes.io/change-cause", "second"},
                                        {"windlass.dev/in-place", "IfPossible"},
                                        {"internal.windlass.dev/mode", "m"},
                                        {"internal.windlass.dev/stand-ins", "0"},
                                        {"team/new", "y"},
                                        {"team/both", "same"}};
  return pending;
}

ReplicaSet Read(const Json& live) {
  static SymbolTable symbols;
  Decoder decoder(symbols);
  const RegisteredInterest interest(decoder.interests(), Interest());
  auto rs = DecodeReplicaSet(decoder, live.dump());
  REQUIRE(rs.ok());
  return *std::move(rs);
}
std::string TemplateOf(const Json& live) { return live["spec"]["template"].dump(); }

// Applies the request to `live`. Returns false if the API server would refuse it.
bool Send(Json& live, const Request& request) {
  const bool json = request.patch_type() == PatchType::kJson;
  const auto answer = sim::ApplyPatch(
      live, json ? "application/json-patch+json" : "application/merge-patch+json", request.body());
  const Json* patched = std::get_if<Json>(&answer);
  if (patched == nullptr) return false;
  const Json& version = live["metadata"]["resourceVersion"];
  if ((*patched)["metadata"]["resourceVersion"] != version) return false;
  if ((*patched)["metadata"]["uid"] != live["metadata"]["uid"]) return false;
  const std::string next = std::to_string(std::stoi(version.get<std::string>()) + 1);
  live = *patched;
  live["metadata"]["resourceVersion"] = next;
  return true;
}

Request Begin(const Json& host, const Json& pending) {
  const auto request =
      BeginExchange(Read(host), TemplateOf(host), Read(pending), TemplateOf(pending));
  REQUIRE(request.ok());
  return *request;
}
Request Finish(const Json& host, const Json& pending) {
  const std::optional<Stash> stash = StashOf(Read(pending), Read(host));
  REQUIRE(stash.has_value());
  const auto request = FinishExchange(Read(host), *stash);
  REQUIRE(request.ok());
  return *request;
}

// Checks that only annotations, labels, template and version changed.
void CheckIdentityKept(const Json& before, Json after) {
  for (const char* key : {"annotations", "labels", "resourceVersion"}) {
    after["metadata"][key] = before["metadata"][key];
  }
  after["spec"]["template"] = before["spec"]["template"];
  CHECK(after == before);
}

Fingerprint FingerprintOfTemplate(const std::string& text) {
  return FingerprintOf(*CanonicalTemplate(text));
}

TEST_CASE("P-053 X1 gives the pending one what the host has, and keeps what it had") {
  const Json host = Host();
  Json pending = Pending();
  REQUIRE(Send(pending, Begin(host, pending)));
  CHECK(pending["spec"]["template"] == Json::parse(OldTemplate("bbb")));
  CHECK(pending["metadata"]["labels"] == pending["spec"]["template"]["metadata"]["labels"]);
  CheckIdentityKept(Pending(), pending);
  Json annotations = pending["metadata"]["annotations"];
  const Json stash = Json::parse(annotations["internal.windlass.dev/exchange"].get<std::string>());
  CHECK(stash ==
        Json({{"self", kPendingUid},
              {"host", kHostUid},
              {"revision", "6"},
              {"history", ""},
              {"annotations", {{"kubernetes.io/change-cause", "second"}, {"team/new", "y"}}},
              {"gone", {"team/~old"}},
              {"template", Json::parse(NewTemplate("bbb"))}}));
  annotations.erase("internal.windlass.dev/exchange");
  CHECK(annotations == Json({{"deployment.kubernetes.io/revision", "5"},
                             {"deployment.kubernetes.io/revision-history", "1,3"},
                             {"deployment.kubernetes.io/desired-replicas", "0"},
                             {"kubernetes.io/change-cause", "first"},
                             {"windlass.dev/in-place", "IfPossible"},
                             {"internal.windlass.dev/mode", "m"},
                             {"internal.windlass.dev/stand-ins", "0"},
                             {"team/~old", "x"},
                             {"team/both", "same"}}));
}

TEST_CASE("P-053 P-055 what X1 put away is found again by whoever comes next") {
  const Json host = Host();
  Json pending = Pending();
  CHECK_FALSE(StashOf(Read(pending), Read(host)).has_value());
  REQUIRE(Send(pending, Begin(host, pending)));
  const std::optional<Stash> stash = StashOf(Read(pending), Read(host));
  REQUIRE(stash.has_value());
  CHECK(stash->template_json == TemplateOf(Pending()));
  CHECK(stash->fingerprint == FingerprintOfTemplate(NewTemplate("another")));
  CHECK(stash->fingerprint != Read(host).template_fingerprint);
  CHECK(stash->revision == "6");
  CHECK(stash->history.empty());
  CHECK(stash->annotations == std::map<std::string, std::string>{
                                  {"kubernetes.io/change-cause", "second"}, {"team/new", "y"}});
  CHECK(stash->gone == std::vector<std::string>{"team/~old"});
}

TEST_CASE("P-053 P-056 X2 gives the host what was put away, under its own name and hash") {
  Json host = Host();
  Json pending = Pending();
  REQUIRE(Send(pending, Begin(host, pending)));
  REQUIRE(Send(host, Finish(host, pending)));
  CHECK(host["spec"]["template"] == Json::parse(NewTemplate("aaa")));
  CHECK(host["metadata"]["labels"] == host["spec"]["template"]["metadata"]["labels"]);
  CHECK(host["metadata"]["labels"]["pod-template-hash"] == "aaa");
  CheckIdentityKept(Host(), host);
  CHECK(host["metadata"]["annotations"] == Json({{"deployment.kubernetes.io/revision", "6"},
                                                 {"deployment.kubernetes.io/desired-replicas", "4"},
                                                 {"deployment.kubernetes.io/max-replicas", "5"},
                                                 {"kubernetes.io/change-cause", "second"},
                                                 {"windlass.dev/in-place", "IfPossible"},
                                                 {"windlass.dev/term", "7"},
                                                 {"team/new", "y"},
                                                 {"team/both", "same"}}));
  CHECK(Read(host).template_fingerprint == StashOf(Read(pending), Read(host))->fingerprint);
}

TEST_CASE("P-053 X3 leaves nothing behind, and does no harm where there is nothing") {
  Json host = Host();
  Json pending = Pending();
  pending["metadata"]["annotations"]["internal.windlass.dev/blocked"] = "b";
  pending["metadata"]["annotations"]["internal.windlass.dev/refused"] = "r";
  pending["metadata"]["annotations"]["internal.windlass.dev/own-generation"] = "8";
  REQUIRE(Send(pending, Begin(host, pending)));
  REQUIRE(Send(host, Finish(host, pending)));
  const Json with_stash = pending;
  REQUIRE(Send(pending, ForgetExchange(Read(pending))));
  Json want = with_stash;
  for (const char* key :
       {"exchange", "mode", "stand-ins", "blocked", "refused", "own-generation"}) {
    want["metadata"]["annotations"].erase("internal.windlass.dev/" + std::string(key));
  }
  want["metadata"]["resourceVersion"] = pending["metadata"]["resourceVersion"];
  CHECK(pending == want);
  CHECK_FALSE(StashOf(Read(pending), Read(host)).has_value());

  Json plain = Pending();
  plain["metadata"].erase("annotations");
  const Json before = plain;
  REQUIRE(Send(plain, ForgetExchange(Read(plain))));
  CHECK(plain["spec"] == before["spec"]);
  CHECK(plain["metadata"].value("annotations", Json::object()).empty());
}

TEST_CASE("P-053 which template was asked for travels with the template") {
  const std::string key = "windlass.dev/requested-template";
  Json host = Host();
  Json pending = Pending();
  host["metadata"]["annotations"][key] = "t-old";
  pending["metadata"]["annotations"][key] = "t-new";
  REQUIRE(Send(pending, Begin(host, pending)));
  CHECK(pending["metadata"]["annotations"][key] == "t-old");
  REQUIRE(Send(host, Finish(host, pending)));
  CHECK(host["metadata"]["annotations"][key] == "t-new");
}

struct KeyRow {
  std::string key;
  bool moves = false;
};

TEST_CASE("P-053 P-074 RO-015 which annotations move with the template") {
  const KeyRow row = GENERATE(values<KeyRow>({
      {"windlass.dev/requested-template", true},
      {"deployment.kubernetes.io/revision", true},
      {"deployment.kubernetes.io/revision-history", true},
      {"kubernetes.io/change-cause", true},
      {"team/any", true},
      {"deployment.kubernetes.io/desired-replicas", false},
      {"deployment.kubernetes.io/max-replicas", false},
      {"deprecated.deployment.rollback.to", false},
      {"kubectl.kubernetes.io/last-applied-configuration", false},
      {"windlass.dev/in-place", false},
      {"windlass.dev/in-place-surge", false},
      {"windlass.dev/term", false},
      {"internal.windlass.dev/own-generation", false},
  }));
  CAPTURE(row.key);
  Json host = Host();
  Json pending = Pending();
  const auto value_in = [&](const Json& rs) -> std::string {
    return rs["metadata"]["annotations"].value(row.key, "none");
  };
  host["metadata"]["annotations"][row.key] = "5";
  SECTION("both have it") {
    pending["metadata"]["annotations"][row.key] = "6";
    REQUIRE(Send(pending, Begin(host, pending)));
    CHECK(value_in(pending) == (row.moves ? "5" : "6"));
    REQUIRE(Send(host, Finish(host, pending)));
    CHECK(value_in(host) == (row.moves ? "6" : "5"));
    CHECK(value_in(pending) == (row.moves ? "5" : "6"));
  }
  SECTION("only the host has it") {
    if (row.key == "deployment.kubernetes.io/revision") return;  // every ReplicaSet has one
    pending["metadata"]["annotations"].erase(row.key);
    REQUIRE(Send(pending, Begin(host, pending)));
    CHECK(value_in(pending) == (row.moves ? "5" : "none"));
    REQUIRE(Send(host, Finish(host, pending)));
    CHECK(value_in(host) == (row.moves ? "none" : "5"));
  }
  if (row.key == "windlass.dev/requested-template") Proves("RO-015");
}

TEST_CASE("P-053 an exchange back restores both, notes apart") {
  Json host = Host();
  Json pending = Pending();
  for (int i = 0; i < 2; ++i) {
    REQUIRE(Send(pending, Begin(host, pending)));
    REQUIRE(Send(host, Finish(host, pending)));
    REQUIRE(Send(pending, ForgetExchange(Read(pending))));
  }
  Json want = Pending();
  for (const char* key : {"mode", "stand-ins"}) {
    want["metadata"]["annotations"].erase("internal.windlass.dev/" + std::string(key));
  }
  host["metadata"].erase("resourceVersion");
  pending["metadata"].erase("resourceVersion");
  want["metadata"].erase("resourceVersion");
  Json host_want = Host();
  host_want["metadata"].erase("resourceVersion");
  CHECK(host == host_want);
  CHECK(pending == want);
}

TEST_CASE("P-053 a write that was sent already, or decided on something older, is refused") {
  Json host = Host();
  Json pending = Pending();
  const Request begin = Begin(host, pending);
  CHECK(begin.resource() == resources::kReplicaSets);
  CHECK(begin.key() == ObjectKey{"shop", "web-bbb"});
  CHECK(begin.subresource().empty());
  REQUIRE(Send(pending, begin));
  CHECK_FALSE(Send(pending, begin));
  const Request finish = Finish(host, pending);
  CHECK(finish.key() == ObjectKey{"shop", "web-aaa"});
  Json scaled = host;
  scaled["metadata"]["resourceVersion"] = "2000";
  CHECK_FALSE(Send(scaled, finish));
  Json another = host;
  another["metadata"]["uid"] = kOtherUid;
  CHECK_FALSE(Send(another, finish));
  REQUIRE(Send(host, finish));
  CHECK_FALSE(Send(host, finish));
  // If X2 is decided on again, it changes nothing.
  const Json once = host;
  REQUIRE(Send(host, Finish(host, pending)));
  host["metadata"]["resourceVersion"] = once["metadata"]["resourceVersion"];
  CHECK(host == once);
  const Request forget = ForgetExchange(Read(pending));
  REQUIRE(Send(pending, forget));
  CHECK_FALSE(Send(pending, forget));
}

TEST_CASE("P-055 a stash counts in its own ReplicaSet and for its own host only") {
  const Json host = Host();
  Json pending = Pending();
  REQUIRE(Send(pending, Begin(host, pending)));
  Json other = Host();
  other["metadata"]["uid"] = kOtherUid;
  Json copied = pending;
  copied["metadata"]["uid"] = kOtherUid;
  const ReplicaSet a = Read(host);
  const ReplicaSet b = Read(other);
  const ReplicaSet p = Read(pending);
  CHECK_FALSE(StashOf(p, b).has_value());
  CHECK_FALSE(StashOf(Read(copied), a).has_value());
  const ReplicaSet* const all[] = {&p, &b, &a};
  CHECK(HostOfStash(p, all) == &a);
  CHECK(HostOfStash(Read(copied), all) == nullptr);
  CHECK(HostOfStash(p, std::span(all).first(2)) == nullptr);
  CHECK(HostOfStash(p, {}) == nullptr);
  CHECK(HostOfStash(a, all) == nullptr);
}

struct Row {
  std::string what;
  std::string by;
};

TEST_CASE("P-055 what cannot be understood is no stash") {
  const std::string self = std::string(R"("self":")") + kPendingUid + R"(",)";
  const std::string owner = std::string(R"("host":")") + kHostUid + R"(")";
  const Row row = GENERATE_COPY(values<Row>({
      {"{", ""},
      {"{", "["},
      {self, ""},
      {self, R"("self":"x",)"},
      {self, R"("self":7,)"},
      {owner + ",", ""},
      {owner, std::string(R"("host":")") + kPendingUid + R"(")"},
      {owner, R"("host":null)"},
      {R"("revision":"6",)", ""},
      {R"("revision":"6")", R"("revision":"")"},
      {R"("revision":"6")", R"("revision":6)"},
      {R"("history":"")", R"("history":[])"},
      {R"("annotations":{)", R"("annotations":{"x":1,)"},
      {R"("gone":[)", R"("gone":[1,)"},
      {R"("gone":[)", R"("gone":{},"x":[)"},
      {R"("template":{)", R"("template":null,"x":{)"},
      {R"("template":{)", R"("template":"x","x":{)"},
      {R"("template":{)", R"("template":{x,)"},
      {R"("template":{)", R"("x":{)"},
  }));
  const Json host = Host();
  Json pending = Pending();
  REQUIRE(Send(pending, Begin(host, pending)));
  Json& annotation = pending["metadata"]["annotations"]["internal.windlass.dev/exchange"];
  std::string text = annotation.get<std::string>();
  REQUIRE(text.find(row.what) != std::string::npos);
  text.replace(text.find(row.what), row.what.size(), row.by);
  CAPTURE(text);
  annotation = text;
  const ReplicaSet a = Read(host);
  const ReplicaSet* const all[] = {&a};
  CHECK_FALSE(StashOf(Read(pending), a).has_value());
  CHECK(HostOfStash(Read(pending), all) == nullptr);
}

TEST_CASE("P-074 a forged stash does not reach annotations that are not exchanged") {
  Json host = Host();
  const Stash stash{.template_json = NewTemplate("bbb"),
                    .revision = "6",
                    .annotations = {{"internal.windlass.dev/mode", "x"},
                                    {"windlass.dev/in-place", "Disabled"},
                                    {"note", "y"}},
                    .gone = {"windlass.dev/term", "note", "absent"}};
  const auto request = FinishExchange(Read(host), stash);
  REQUIRE(request.ok());
  REQUIRE(Send(host, *request));
  Json want = Host()["metadata"]["annotations"];
  want["deployment.kubernetes.io/revision"] = "6";
  want.erase("deployment.kubernetes.io/revision-history");
  CHECK(host["metadata"]["annotations"] == want);
}

TEST_CASE("P-052 templates travel with every field") {
  Json host = Host();
  const ReplicaSet a = Read(host);
  const ReplicaSet p = Read(Pending());
  const auto begin = BeginExchange(a, OldTemplate("aaa"), p, "\n" + NewTemplate("bbb") + " ");
  REQUIRE(begin.ok());
  Json pending = Pending();
  REQUIRE(Send(pending, *begin));
  CHECK(pending["spec"]["template"] == Json::parse(OldTemplate("bbb")));
  const std::optional<Stash> stash = StashOf(Read(pending), a);
  REQUIRE(stash.has_value());
  CHECK(Json::parse(stash->template_json) == Json::parse(NewTemplate("bbb")));
  const auto finish = FinishExchange(a, *stash);
  REQUIRE(finish.ok());
  REQUIRE(Send(host, *finish));
  CHECK(host["spec"]["template"] == Json::parse(NewTemplate("aaa")));
}

TEST_CASE("P-052 the first annotations, and labels that nobody hashed") {
  Json host = Host();
  host["metadata"].erase("annotations");
  for (Json* labels : {&host["metadata"]["labels"], &host["spec"]["template"]["metadata"]["labels"],
                       &host["spec"]["selector"]["matchLabels"]}) {
    labels->erase("pod-template-hash");
  }
  Json pending = Pending();
  REQUIRE(Send(pending, Begin(host, pending)));
  CHECK_FALSE(pending["metadata"]["annotations"].contains("deployment.kubernetes.io/revision"));
  const Request finish = Finish(host, pending);
  REQUIRE(Send(host, finish));
  CHECK(host["metadata"]["annotations"] == Json({{"deployment.kubernetes.io/revision", "6"},
                                                 {"kubernetes.io/change-cause", "second"},
                                                 {"team/both", "same"},
                                                 {"team/new", "y"}}));
  CHECK(host["metadata"]["labels"] == Json({{"app", "web"}, {"tier", "back"}}));
  CHECK(host["spec"]["template"]["metadata"]["labels"] == host["metadata"]["labels"]);
}

TEST_CASE("P-052 a template without labels gets those of the ReplicaSet's hash") {
  const ReplicaSet a = Read(Host());
  for (const char* text : {"{}", R"({"metadata":null})", R"({"metadata":{"labels":null}})"}) {
    CAPTURE(text);
    const auto request = FinishExchange(a, {.template_json = text, .revision = "6"});
    REQUIRE(request.ok());
    CHECK(request->body().find(R"({"metadata":{"labels":{"pod-template-hash":"aaa"}}})") !=
          std::string::npos);
  }
}

TEST_CASE("P-052 what is no template is refused before anything is written") {
  const ReplicaSet a = Read(Host());
  const ReplicaSet p = Read(Pending());
  const std::string good = NewTemplate("bbb");
  for (const char* bad :
       {"", "null", "[]", "{", R"({"metadata":7})", R"({"metadata":{"labels":[]}})"}) {
    CAPTURE(bad);
    for (const auto& request : {BeginExchange(a, bad, p, good), BeginExchange(a, good, p, bad),
                                FinishExchange(a, {.template_json = bad})}) {
      REQUIRE_FALSE(request.ok());
      CHECK(request.error().kind == ErrorKind::kMalformed);
      CHECK(request.error().message.find("replicaset shop/web-") == 0);
    }
  }
  Json unnumbered = Pending();
  unnumbered["metadata"]["annotations"].erase("deployment.kubernetes.io/revision");
  const auto request = BeginExchange(a, OldTemplate("aaa"), Read(unnumbered), good);
  REQUIRE_FALSE(request.ok());
  CHECK(request.error() == Error{ErrorKind::kMalformed,
                                 "replicaset shop/web-bbb: annotation "
                                 "deployment.kubernetes.io/revision is missing"});
}

std::map<std::string, std::string> AnnotationsOf(const Json& object) {
  return object["metadata"]["annotations"].get<std::map<std::string, std::string>>();
}

TEST_CASE("P-052 a template that would fill the annotations cannot take part") {
  const ReplicaSet a = Read(Host());
  Json live = Pending();
  const auto fits = [&](const std::string& pod_template) {
    return !WhyNoStash(pod_template, AnnotationsOf(live), a);
  };
  CHECK(fits(NewTemplate("bbb")));
  CHECK(fits(std::string(kStashTemplateBytesMax, ' ')));
  CHECK_FALSE(fits(std::string(kStashTemplateBytesMax + 1, ' ')));

  // Of the 600 KB in which the API server writes these letters, the stash keeps 100 KB.
  std::string escaped;
  for (int i = 0; i < 100'000; ++i) escaped += "\\u003c";
  const std::string served = Template("bbb", escaped, "back");
  REQUIRE(served.size() > 600'000);
  CHECK(fits(served));
  CHECK(BeginExchange(a, OldTemplate("aaa"), Read(live), served).ok());

  const std::string largest =
      Template("bbb", std::string(kStashTemplateBytesMax - 300, 'x'), "back");
  REQUIRE(fits(largest));
  CHECK(BeginExchange(a, OldTemplate("aaa"), Read(live), largest).ok());
  Json changed = live;
  changed["metadata"]["annotations"]["example.com/long"] =
      std::string(kStashTemplateBytesMax + 1000, 'x');
  CHECK_FALSE(WhyNoStash(largest, AnnotationsOf(live), a));
  CHECK(WhyNoStash(largest, AnnotationsOf(changed), a));
  CHECK_FALSE(BeginExchange(a, OldTemplate("aaa"), Read(changed), largest).ok());
  CHECK_FALSE(WhyNoStash(NewTemplate("bbb"), AnnotationsOf(changed), a));
  CHECK(BeginExchange(a, OldTemplate("aaa"), Read(changed), NewTemplate("bbb")).ok());
  // An annotation that is the same in both is not in the stash.
  Json both = Host();
  both["metadata"]["annotations"]["example.com/long"] = std::string(100'000, 'x');
  changed["metadata"]["annotations"]["example.com/long"] = std::string(100'000, 'x');
  CHECK_FALSE(WhyNoStash(largest, AnnotationsOf(changed), Read(both)));
  changed["metadata"]["annotations"]["example.com/long"] = std::string(100'000, 'y');
  CHECK(WhyNoStash(largest, AnnotationsOf(changed), Read(both)));

  live["metadata"]["annotations"]["windlass.dev/large"] = std::string(kStashTemplateBytesMax, 'x');
  const auto request = BeginExchange(a, OldTemplate("aaa"), Read(live), largest);
  REQUIRE_FALSE(request.ok());
  CHECK(request.error().kind == ErrorKind::kInvalid);
  CHECK(request.error().message.find("replicaset shop/web-bbb: its annotations would have 2") == 0);
}

}  // namespace
}  // namespace windlass::in_place::exchange_test
