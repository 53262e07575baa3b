// One Pod out of traffic and back: P-040, P-041, P-051.
#include "controller/in_place/traffic/drain_steps.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "controller/in_place/pod/availability.h"
#include "controller/in_place/pod/revision_of_pod.h"
#include "controller/in_place/template/interest.h"
#include "kubeclient/api/decode.h"
#include "test/catch.h"
#include "test/sim/api_patch.h"
#include "test/unit/controller/in_place/pods.h"

namespace windlass::in_place::drain_steps_test {
namespace {

using namespace test;
using Json = nlohmann::json;
using Do = DrainStep::Do;

const std::string kStateKey = "windlass.dev/in-place-state";
const std::string kTraffic = "windlass.dev/traffic";
const std::string kLabelText = "Label:windlass.dev/traffic=on/off";
constexpr WallTime kNow{2000};
const Unpatched kUnpatched{.deployment = kDeployment, .revision = 5, .of = kT1};

Options With(const std::string& drain) {
  Options options;
  options.policy = Policy::kOnly;
  options.drain = *ParseDrain(drain);
  options.drain_seconds = 10;
  return options;
}

TEST_CASE("P-040 how a Pod is drained is written as users write it") {
  for (const std::string text : {"None", "Gate", kLabelText.c_str(), "Label:a=b.c/d"}) {
    CHECK(TextOf(*ParseDrain(text)) == text);
  }
}

// The Pod looks as `drain` says ("in", "off" for a label, "False" for a gate), with or without a
// state.
struct Row {
  std::string id;
  std::string drain;    // configured
  std::string drained;  // as the state says, since kNow - ago; "": not drained
  int64_t ago = 0;
  std::string traffic;  // value of the label, or of the gate's condition
  bool ready = true;    // Pod and containers
  bool chosen = true;
  bool complete = true;
  DrainStep want;
};

ConditionStatus StatusOf(const std::string& text) {
  return text == "True"    ? ConditionStatus::kTrue
         : text == "False" ? ConditionStatus::kFalse
                           : ConditionStatus::kAbsent;
}

TEST_CASE("P-040 P-041 P-051 what is to be done next with a Pod") {
  const std::string label = kLabelText;
  const bool yes = true;
  const bool no = false;
  const Row row = GENERATE_COPY(values<Row>({
      {"P-040 None: patched at once", "None", "", 0, "on", yes, yes, yes, {Do::kPatch}},
      {"P-040 None: left alone", "None", "", 0, "on", yes, no, yes, {}},
      {"P-040 first out of traffic", label, "", 0, "on", yes, yes, yes, {Do::kBegin}},
      {"P-040 gate, too", "Gate", "", 0, "True", yes, yes, yes, {Do::kBegin}},
      {"P-041 not chosen", label, "", 0, "on", yes, no, yes, {}},
      {"P-041 not chosen, gate", "Gate", "", 0, "True", yes, no, yes, {}},
      {"P-040 not ready: no traffic", label, "", 0, "on", no, yes, yes, {Do::kPatch}},
      {"P-040 gate never opened", "Gate", "", 0, "", no, yes, yes, {Do::kPatch}},
      {"P-034 in flight: no traffic", label, "", 0, "on", yes, yes, no, {Do::kPatch}},
      {"P-040 not yet", label, label, 9, "off", yes, yes, yes, {Do::kWait, WallTime{2001}}},
      {"P-040 time is up", label, label, 10, "off", yes, yes, yes, {Do::kPatch}},
      {"P-040 gate, not yet",
       "Gate",
       "Gate",
       9,
       "False",
       no,
       yes,
       yes,
       {Do::kWait, WallTime{2001}}},
      {"P-040 gate, not seen", "Gate", "Gate", 60, "False", yes, yes, yes, {Do::kWait}},
      {"P-040 gate, seen", "Gate", "Gate", 10, "False", no, yes, yes, {Do::kPatch}},
      {"P-040 back in traffic by others", label, label, 60, "on", yes, yes, yes, {Do::kBegin}},
      {"P-040 without label by others", label, label, 60, "", yes, yes, yes, {Do::kBegin}},
      {"P-040 gate opened by others", "Gate", "Gate", 60, "True", yes, yes, yes, {Do::kBegin}},
      {"P-040 gate lost", "Gate", "Gate", 60, "", no, yes, yes, {Do::kBegin}},
      {"P-034 re-targeted at once", label, label, 1, "off", yes, yes, no, {Do::kPatch}},
      {"P-051 restarting", label, label, 60, "off", yes, no, no, {Do::kWait}},
      {"P-051 restarted, not ready", label, label, 60, "off", no, no, yes, {Do::kWait}},
      {"P-051 restarted and ready", label, label, 60, "off", yes, no, yes, {Do::kEnd}},
      {"P-051 whatever the label says", label, label, 60, "on", yes, no, yes, {Do::kEnd}},
      {"P-041 drained and not patched", label, label, 1, "off", yes, no, yes, {Do::kEnd}},
      {"P-040 label left over", label, "", 0, "off", yes, no, yes, {Do::kEnd}},
      {"P-040 None, goes on", "None", label, 9, "off", yes, yes, yes, {Do::kWait, WallTime{2001}}},
      {"P-040 None, ends", "None", "Gate", 9, "False", yes, no, yes, {Do::kEnd}},
      {"P-040 Gate, goes on by label", "Gate", label, 10, "off", yes, yes, yes, {Do::kPatch}},
  }));
  CAPTURE(row.id);
  Pod pod = PodWith({Running("app", "r/app:1", 'A', "I1", {500})});
  if (!row.ready) pod.ready = pod.containers_ready = {ConditionStatus::kFalse, {500}};
  pod.has_gate = row.drain == "Gate" || row.drained == "Gate";
  pod.gate = StatusOf(row.traffic);
  if (!row.traffic.empty()) pod.meta.labels = {{kTraffic, row.traffic}};
  PodState state = StateWith({});
  if (!row.drained.empty()) state.drain = Drained{{2000 - row.ago}, *ParseDrain(row.drained)};
  const auto next = [&](const Pod& one, const PodState* of) {
    return NextDrainStep(With(row.drain), one, of, row.chosen, row.complete, kNow);
  };
  CHECK(next(pod, &state) == row.want);
  if (row.drained.empty()) CHECK(next(pod, nullptr) == row.want);
  pod.meta.deletion_timestamp = kNow;
  CHECK(next(pod, &state) == DrainStep{});
}

TEST_CASE("P-051 of a gated Pod, which is not Ready, the containers are asked") {
  Pod pod = PodWith({});
  pod.has_gate = true;
  pod.gate = ConditionStatus::kFalse;
  pod.ready = {ConditionStatus::kFalse, {500}};
  PodState state = StateWith({});
  state.drain = Drained{kAt, *ParseDrain("Gate")};
  CHECK(NextDrainStep(With("Gate"), pod, &state, false, true, kNow) == DrainStep{Do::kEnd});
}

TEST_CASE("P-040 a Pod born without the gate cannot be drained by it") {
  const Pod pod = PodWith({});
  CHECK(NextDrainStep(With("Gate"), pod, nullptr, true, true, kNow) == DrainStep{Do::kPatch});
}

TEST_CASE("I-60 P-050 a drained Pod is in flight, and not available") {
  const Pod pod = PodWith({});
  PodState state = StateWith({});
  CHECK(IsAvailable(pod, &state, 0, kNow));
  state.drain = Drained{kAt, *ParseDrain("Gate")};
  CHECK(IsInFlight(pod, &state, kNow));
  CHECK_FALSE(IsAvailable(pod, &state, 0, kNow));
}

// A Pod at the API server, for a whole drain.
Json Live() {
  return Json::parse(R"({
    "metadata": {"name": "web-1", "namespace": "shop", "resourceVersion": "100", "generation": 3,
                 "uid": "123e4567-e89b-42d3-a456-426614174000",
                 "labels": {"app": "web", "windlass.dev/traffic": "on"},
                 "annotations": {"note": "a"}},
    "spec": {"containers": [{"name": "app", "image": "r/app:1"}],
             "readinessGates": [{"conditionType": "windlass.dev/in-place-ready"}]},
    "status": {"phase": "Running", "conditions": [
      {"type": "Ready", "status": "True"},
      {"type": "windlass.dev/in-place-ready", "status": "True", "lastTransitionTime": null},
      {"type": "ContainersReady", "status": "True"}]}})");
}

Pod Read(const Json& live) {
  static SymbolTable symbols;
  Decoder decoder(symbols);
  const RegisteredInterest interest(decoder.interests(), Interest());
  auto pod = DecodePod(decoder, live.dump());
  REQUIRE(pod.ok());
  return *std::move(pod);
}

struct Seen {
  Pod pod;
  std::optional<PodState> state;
  const PodState* of() const { return state ? &*state : nullptr; }
};
Seen Look(const Json& live) {
  Seen seen{Read(live), {}};
  const auto state = PodStateOf(seen.pod);
  if (state && state->ok()) seen.state = **state;
  return seen;
}

// Applies the request to `live`. Returns false if the API server would refuse it.
bool Send(Json& live, const Result<Request>& request) {
  REQUIRE(request.ok());
  CHECK(request->key() == ObjectKey{"shop", "web-1"});
  const bool json = request->patch_type() == PatchType::kJson;
  CHECK(request->subresource() == (json ? "" : "status"));
  const auto answer = sim::ApplyPatch(
      live, json ? "application/json-patch+json" : "application/strategic-merge-patch+json",
      request->body());
  const Json* patched = std::get_if<Json>(&answer);
  if (patched == nullptr) return false;
  const Json& before = live["metadata"];
  const Json& after = (*patched)["metadata"];
  if (after["resourceVersion"] != before["resourceVersion"]) return false;
  if (after["uid"] != before["uid"]) return false;
  const std::string next =
      std::to_string(std::stoi(before["resourceVersion"].get<std::string>()) + 1);
  live = *patched;
  live["metadata"]["resourceVersion"] = next;
  return true;
}

std::string GateOf(const Json& live) {
  std::string status;
  for (const Json& condition : live["status"]["conditions"]) {
    if (condition["type"] == "windlass.dev/in-place-ready") status += condition["status"];
  }
  return status;
}
bool InTraffic(const Json& live, const std::string& mode) {
  if (mode == "Gate") return GateOf(live) == "True";
  return live["metadata"]["labels"].value(kTraffic, "") == "on";
}

TEST_CASE("P-040 a Pod that was never patched goes out of traffic and comes back as it was") {
  const std::string mode = GENERATE_COPY(values<std::string>({kLabelText, "Gate"}));
  CAPTURE(mode);
  const Options options = With(mode);
  Json live = Live();
  if (GENERATE(false, true)) live["metadata"].erase("annotations");
  const Json before = live;
  REQUIRE(Send(live, BeginDrain(options, Read(live), nullptr, kUnpatched, kNow)));
  CHECK_FALSE(InTraffic(live, mode));
  Seen seen = Look(live);
  REQUIRE(seen.state.has_value());
  CHECK(seen.state->drain == Drained{kNow, options.drain});
  CHECK(CompletionOf(seen.pod, *seen.state, kNow).complete);
  const TemplateImages host{kT1, {{"app", "r/app:1"}}};
  const TemplateImages desired{kT2, {{"app", "r/app:2"}}};
  CHECK(SpecRevision(seen.pod, PodStateOf(seen.pod), kDeployment, {host, desired}).of == kT1);
  CHECK(NextDrainStep(options, seen.pod, seen.of(), true, true, kNow).what == Do::kWait);

  const DrainStep back = NextDrainStep(options, seen.pod, seen.of(), false, true, kNow);
  CHECK(back == DrainStep{Do::kEnd});
  REQUIRE(Send(live, EndDrain(options, seen.pod, seen.of(), "", WallTime{3000})));
  CHECK(InTraffic(live, mode));
  CHECK_FALSE(Look(live).state.has_value());
  Json want = before;
  want["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"];
  want["metadata"]["annotations"] = before["metadata"].value("annotations", Json::object());
  want["status"]["conditions"] = live["status"]["conditions"];
  CHECK(live == want);
}

// Whom this serves: who lowers the limit while a policy keeps Pods out of traffic. A drained Pod
// that serves again is not taken for one of them.
TEST_CASE("P-034 P-051 the drain says that the Pod was out of traffic before") {
  const Options options = With(kLabelText);
  Json live = Live();
  live["metadata"]["annotations"][kStateKey] = *WritePodState(StateWith({AppPatch()}));
  const bool was_out = GENERATE(false, true);
  if (was_out) live["metadata"]["labels"][kTraffic] = "off";
  REQUIRE(Send(live, BeginDrain(options, Look(live).pod, Look(live).of(), kUnpatched, kNow)));
  CHECK(Look(live).state->drain->was_out == was_out);
  CHECK(WasLeftOut(Look(live).pod, *Look(live).state) == was_out);
  live["metadata"]["labels"][kTraffic] = "on";
  CHECK_FALSE(WasLeftOut(Look(live).pod, *Look(live).state));
  REQUIRE(Send(live, BeginDrain(options, Look(live).pod, Look(live).of(), kUnpatched, kNow)));
  CHECK_FALSE(WasLeftOut(Look(live).pod, *Look(live).state));
}

TEST_CASE("P-040 P-051 what else the state says survives the drain, and what the drain says, too") {
  const std::string mode = GENERATE_COPY(values<std::string>({kLabelText, "Gate"}));
  CAPTURE(mode);
  const Options options = With(mode);
  Json live = Live();
  const PodState patched = StateWith({AppPatch()});
  live["metadata"]["annotations"][kStateKey] = *WritePodState(patched);
  const Seen seen = Look(live);
  REQUIRE(Send(live, BeginDrain(options, seen.pod, seen.of(), kUnpatched, kNow)));
  PodState drained = patched;
  drained.drain = Drained{kNow, options.drain};
  CHECK(Look(live).state == drained);
  const Seen later = Look(live);
  REQUIRE(Send(live, EndDrain(options, later.pod, later.of(), "", WallTime{3000})));
  CHECK(Look(live).state == patched);
  CHECK(InTraffic(live, mode));
}

TEST_CASE("P-040 the kubelet's conditions stay, and a transition has a time") {
  Json live = Live();
  REQUIRE(Send(live, BeginDrain(With("Gate"), Read(live), nullptr, kUnpatched, kNow)));
  const Json conditions = Live()["status"]["conditions"];
  const Json want = {{{"type", "windlass.dev/in-place-ready"},
                      {"status", "False"},
                      {"lastTransitionTime", "1970-01-01T00:33:20Z"},
                      {"reason", "Drained"},
                      {"message", ""}},
                     conditions[0],
                     conditions[2]};
  CHECK(live["status"]["conditions"] == want);
}

TEST_CASE("P-040 a write that was sent already, or decided on something older, is refused") {
  const std::string mode = GENERATE_COPY(values<std::string>({kLabelText, "Gate"}));
  CAPTURE(mode);
  const Options options = With(mode);
  Json live = Live();
  const Result<Request> begin = BeginDrain(options, Read(live), nullptr, kUnpatched, kNow);
  const Json before = live;
  REQUIRE(Send(live, begin));
  CHECK_FALSE(Send(live, begin));
  const Seen seen = Look(live);
  const Result<Request> end = EndDrain(options, seen.pod, seen.of(), "", kNow);
  Json another = live;
  another["metadata"]["uid"] = "00000000-0000-4000-8000-000000000000";
  CHECK_FALSE(Send(another, end));
  REQUIRE(Send(live, end));
  CHECK_FALSE(Send(live, end));
  // Another leader patched the Pod meanwhile: what it noted stays.
  Json patched = before;
  patched["metadata"]["resourceVersion"] = "200";
  patched["metadata"]["annotations"][kStateKey] = *WritePodState(StateWith({AppPatch()}));
  CHECK_FALSE(Send(patched, begin));
}

TEST_CASE("P-035 a drain by label does not mind what the kubelet writes, but a deletion") {
  Json live = Live();
  const Result<Request> begin = BeginDrain(With(kLabelText), Read(live), nullptr, kUnpatched, kNow);
  live["metadata"]["resourceVersion"] = "101";
  live["status"]["conditions"][0]["status"] = "False";
  REQUIRE(Send(live, begin));
  live = Live();
  live["metadata"]["deletionTimestamp"] = "2026-11-20T06:34:05Z";
  CHECK_FALSE(Send(live, begin));
}

TEST_CASE("P-040 a Pod without labels, and a label that is there already") {
  Json live = Live();
  live["metadata"].erase("labels");
  REQUIRE(Send(live, BeginDrain(With(kLabelText), Read(live), nullptr, kUnpatched, kNow)));
  CHECK(live["metadata"]["labels"] == Json({{kTraffic, "off"}}));
  // The Pod has the label of a drained Pod and no state: a left-over.
  live = Live();
  live["metadata"]["labels"][kTraffic] = "off";
  const Pod left = Read(live);
  REQUIRE(NextDrainStep(With(kLabelText), left, nullptr, false, true, kNow).what == Do::kEnd);
  REQUIRE(Send(live, EndDrain(With(kLabelText), left, nullptr, "", kNow)));
  CHECK(live["metadata"]["labels"] == Live()["metadata"]["labels"]);
  CHECK(live["metadata"]["annotations"] == Live()["metadata"]["annotations"]);
  // The same, with a state that is not ours.
  live["metadata"]["labels"][kTraffic] = "off";
  live["metadata"]["annotations"][kStateKey] = "garbage";
  REQUIRE(Send(live, EndDrain(With(kLabelText), Read(live), nullptr, "", kNow)));
  CHECK(InTraffic(live, kLabelText));
  CHECK(live["metadata"]["annotations"][kStateKey] == "garbage");
}

TEST_CASE("P-040 a drain ends as it began, with the value that the label had") {
  Json live = Live();
  REQUIRE(Send(live, BeginDrain(With(kLabelText), Read(live), nullptr, kUnpatched, kNow)));
  const Seen seen = Look(live);
  const auto [configured, want] =
      GENERATE(table<std::string, std::string>({{"None", "on"},
                                                {"Gate", "on"},
                                                {"Label:other=1/0", "on"},
                                                {"Label:windlass.dev/traffic=open/shut", "on"}}));
  REQUIRE(Send(live, EndDrain(With(configured), seen.pod, seen.of(), "", kNow)));
  CHECK(live["metadata"]["labels"] == Json({{"app", "web"}, {kTraffic, want}}));
}

TEST_CASE("P-040 and with the value in the template that the Pod is of, where that is known") {
  Json live = Live();
  REQUIRE(Send(live, BeginDrain(With(kLabelText), Read(live), nullptr, kUnpatched, kNow)));
  const Seen seen = Look(live);
  const auto [labels, want] = GENERATE(table<std::string, std::string>(
      {{R"({"windlass.dev/traffic":"yes"})", "yes"},
       {R"({"windlass.dev/traffic":"off"})", "on"},  // with "off" the Pod could not come back
       {R"({"windlass.dev/traffic":1})", "on"},
       {R"({"a":"b"})", "on"},
       {R"([])", "on"}}));
  const std::string text = R"({"metadata":{"labels":)" + labels + "}}";
  const Options options = With("Label:windlass.dev/traffic=open/shut");
  REQUIRE(Send(live, EndDrain(options, seen.pod, seen.of(), text, kNow)));
  CHECK(live["metadata"]["labels"] == Json({{"app", "web"}, {kTraffic, want}}));
}

TEST_CASE("P-040 back in traffic by somebody else: drained anew, as it was, from now") {
  Json live = Live();
  REQUIRE(Send(live, BeginDrain(With(kLabelText), Read(live), nullptr, kUnpatched, kNow)));
  live["metadata"]["labels"][kTraffic] = "on";
  const Seen seen = Look(live);
  REQUIRE(Send(live, BeginDrain(With("Gate"), seen.pod, seen.of(), kUnpatched, WallTime{3000})));
  CHECK_FALSE(InTraffic(live, kLabelText));
  CHECK(GateOf(live) == "True");
  CHECK(Look(live).state->drain == Drained{{3000}, *ParseDrain(kLabelText), 1});
}

TEST_CASE("P-040 a drain is in vain if its label or gate is set back each time it begins anew") {
  Json live = Live();
  const Options options = With(kLabelText);
  for (int begun = 1; begun <= 4; ++begun) {
    CAPTURE(begun);
    const Seen before = Look(live);
    REQUIRE(Send(live, BeginDrain(options, before.pod, before.of(), kUnpatched, kNow)));
    const Seen drained = Look(live);
    CHECK(drained.state->drain->again == std::min(begun - 1, 2));
    CHECK_FALSE(IsDrainInVain(drained.pod, drained.of()));
    live["metadata"]["labels"][kTraffic] = "on";
    const Seen back = Look(live);
    CHECK(IsDrainInVain(back.pod, back.of()) == (begun > 2));
  }
  const Seen seen = Look(live);
  CHECK_FALSE(IsDrainInVain(seen.pod, nullptr));
  REQUIRE(Send(live, EndDrain(options, seen.pod, seen.of(), "", kNow)));
  CHECK_FALSE(IsDrainInVain(Look(live).pod, Look(live).of()));
  PodState by_gate = *seen.state;
  by_gate.drain->how = *ParseDrain("Gate");
  by_gate.drain->again = kDrainAgainMax;
  Json closed = live;
  closed["status"]["conditions"][1]["status"] = "False";
  CHECK_FALSE(IsDrainInVain(Read(closed), &by_gate));
  closed["status"]["conditions"][1]["status"] = "True";
  CHECK(IsDrainInVain(Read(closed), &by_gate));
  by_gate.drain->again = kDrainAgainMax - 1;
  CHECK_FALSE(IsDrainInVain(Read(closed), &by_gate));
}

TEST_CASE("P-040 a gate is open unless its Pod is drained") {
  Json live = Live();
  CHECK_FALSE(KeepGateOpen(Read(live), kDeployment, kNow).has_value());  // the gate is open
  const Json drained = [&] {
    Json pod = live;
    REQUIRE(Send(pod, BeginDrain(With("Gate"), Read(pod), nullptr, kUnpatched, kNow)));
    return pod;
  }();
  CHECK_FALSE(KeepGateOpen(Read(drained), kDeployment, kNow).has_value());
  // Another Deployment adopted the Pod's ReplicaSet meanwhile, and drained no Pod.
  const Uid another = *Uid::Parse("00000000-0000-4000-8000-000000000000");
  const std::optional<Request> adopted = KeepGateOpen(Read(drained), another, kNow);
  REQUIRE(adopted.has_value());
  Json opened = drained;
  REQUIRE(Send(opened, *adopted));
  CHECK(GateOf(opened) == "True");
  // The gate is closed because the Pod is new, or somebody closed it.
  for (const bool born : {true, false}) {
    Json pod = Live();
    if (born) {
      pod["status"].erase("conditions");
    } else {
      pod["status"]["conditions"][1]["status"] = "False";
      pod["metadata"]["annotations"][kStateKey] = "garbage";
    }
    const Json before = pod["metadata"];
    const std::optional<Request> open = KeepGateOpen(Read(pod), kDeployment, kNow);
    REQUIRE(open.has_value());
    REQUIRE(Send(pod, *open));
    CHECK(GateOf(pod) == "True");
    CHECK(pod["metadata"]["annotations"] == before["annotations"]);
    CHECK_FALSE(KeepGateOpen(Read(pod), kDeployment, kNow).has_value());
    pod["status"].erase("conditions");
    pod["metadata"]["deletionTimestamp"] = "2026-11-20T06:34:05Z";
    CHECK_FALSE(KeepGateOpen(Read(pod), kDeployment, kNow).has_value());
  }
  live["spec"].erase("readinessGates");
  live["status"].erase("conditions");
  CHECK_FALSE(KeepGateOpen(Read(live), kDeployment, kNow).has_value());
}

TEST_CASE("P-040 a patch leaves the label alone that keeps a Pod out of traffic") {
  const TemplateChanges changes{.labels = {{kTraffic, "on"}, {"a", "b"}},
                                .annotations = {{kTraffic, "x"}}};
  PodState state = StateWith({});
  CHECK(KeepDrained(changes, nullptr) == changes);
  CHECK(KeepDrained(changes, &state) == changes);
  state.drain = Drained{kAt, *ParseDrain("Gate")};
  CHECK(KeepDrained(changes, &state) == changes);
  state.drain = Drained{kAt, *ParseDrain(kLabelText)};
  TemplateChanges want = changes;
  want.labels.erase(kTraffic);
  CHECK(KeepDrained(changes, &state) == want);
}

TEST_CASE("P-040 a patch of a drained Pod says with which value its drain is to end") {
  PodState state = StateWith({});
  CHECK(DrainedAfter({.labels = {{kTraffic, "open"}}}, nullptr) == std::nullopt);
  CHECK(DrainedAfter({.labels = {{kTraffic, "open"}}}, &state) == std::nullopt);
  state.drain = Drained{kAt, *ParseDrain(kLabelText)};
  CHECK(DrainedAfter({.labels = {{"a", "b"}}}, &state) == state.drain);
  CHECK(DrainedAfter({.labels = {{kTraffic, std::nullopt}}}, &state) == state.drain);
  CHECK(DrainedAfter({.labels = {{kTraffic, "off"}}}, &state) == state.drain);
  const Drained open{kAt, *ParseDrain("Label:windlass.dev/traffic=open/off")};
  CHECK(DrainedAfter({.labels = {{kTraffic, "open"}}}, &state) == open);
}

TEST_CASE("P-035 a state that is too long is told before anything is written") {
  PodState state = StateWith({AppPatch()});
  state.containers[0].from = std::string(40000, 'x');
  state.drain = Drained{kAt, *ParseDrain("Gate")};
  const Pod pod = Read(Live());
  const auto begin = BeginDrain(With("Gate"), pod, &state, kUnpatched, kNow);
  const auto end = EndDrain(With("Gate"), pod, &state, "", kNow);
  REQUIRE_FALSE(begin.ok());
  REQUIRE_FALSE(end.ok());
  CHECK(begin.error().kind == ErrorKind::kInvalid);
  CHECK(end.error().kind == ErrorKind::kInvalid);
}

}  // namespace
}  // namespace windlass::in_place::drain_steps_test
