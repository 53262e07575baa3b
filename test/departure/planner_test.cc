// What is done next for a Departure, case by case. Each status is stored as the API server would
// store it, so the table also holds decoder and writer to each other.
#include "test/departure/planner.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>

#include "kubeclient/api/decode.h"
#include "test/catch.h"
#include "test/departure/tower.h"

namespace windlass::departure::planner_test {
namespace {

using nlohmann::json;

constexpr WallTime kNow{1'800'000'000};
const std::string kUid = "5a1f0c52-93e4-4f6e-8a01-7b1d2f0e6c11";
const std::string kOtherUid = "5a1f0c52-93e4-4f6e-8a01-7b1d2f0e6c12";

// A Departure whose Pod was chosen, and that Pod.
struct Scene {
  Scene() {
    object["metadata"] = {{"name", "trip"},   {"namespace", "ns"},
                          {"uid", kOtherUid}, {"resourceVersion", "7"},
                          {"generation", 2},  {"finalizers", {kFinalizer}}};
    object["spec"] = {{"pod", "web-0"}, {"tower", "tower.example"}};
    object["status"]["pod"] = {{"name", "web-0"}, {"uid", kUid}};
    pod.emplace().meta.namespace_ = "ns";
    pod->meta.name = "web-0";
    pod->meta.uid = *Uid::Parse(kUid);
  }

  void Asks(Result<Clearance> answer) {
    const Ask ask{.key = "tower.example ns/web-0"};
    learned.push_back(OutcomeOf(ask, answer.ok() ? Result<AnyValue>(AnyValue::Of(*answer))
                                                 : Result<AnyValue>(answer.error())));
  }
  void AsksNobody() { object["spec"].erase("tower"); }
  void Evicts(const Result<Reply>& said) {
    AsksNobody();
    learned.push_back(OutcomeOf(Request::Evict(KeyOf(pod->meta), pod->meta.uid), said));
  }
  // Returns the next step in words. Stores a status that it writes.
  std::string Next() {
    const Result<Departure> departure = DecodeDeparture(decoder, object.dump());
    REQUIRE(departure.ok());
    const View view{*departure, pod ? &*pod : nullptr, has_tower};
    const Step step = departure::Next(view, learned, kNow);
    if (const Ask* ask = std::get_if<Ask>(&step)) return "ask " + ask->key;
    if (const Failed* failed = std::get_if<Failed>(&step))
      return "failed: " + failed->error.message;
    if (const Wait* wait = std::get_if<Wait>(&step)) {
      if (!wait->look_again_in) return "wait";
      return "wait " + std::to_string(*wait->look_again_in / seconds(1)) + " s";
    }
    const Write& write = std::get<Write>(step);
    learned.push_back(OutcomeOf(write, Reply{}));
    if (write.request.subresource() != "status") return std::string(write.because.decision.name);
    object["status"] = json::parse(write.request.body())["status"];
    const json& ready = object["status"]["conditions"][0];
    return object["status"]["phase"].get<std::string>() + " " + ready["reason"].get<std::string>();
  }

  SymbolTable symbols;
  Decoder decoder{symbols};
  json object;
  std::optional<Pod> pod;
  Learned learned;
  bool has_tower = true;
};

struct Row {
  std::string when;
  void (*change)(Scene& scene);
  std::string first;  // the next step
  std::string then;   // and the one after it
};

const Error kBudget{ErrorKind::kDisruptionBudget,
                    "no",
                    0,
                    429,
                    ErrorDetail::kNone,
                    {{"DisruptionBudget", "it needs 2 healthy Pods"}}};
const Error kBudgetLater{ErrorKind::kDisruptionBudget, "no", 20'000};
const Error kManyBudgets{ErrorKind::kInvalid, "more than one", 0, 500, ErrorDetail::kManyBudgets};
const Error kForbidden{ErrorKind::kForbidden, "no right"};
const Error kWebhook{ErrorKind::kWebhook, "no webhook"};
const Error kDown{ErrorKind::kNotFound, "no such tower"};

void Delete(Scene& scene) {
  scene.object["metadata"]["deletionTimestamp"] = "2027-01-15T08:00:00Z";
}

const Row kRows[] = {
    {"new", [](Scene& s) { s.object["metadata"].erase("finalizers"); }, "add finalizer", "wait"},
    {"deleted", Delete, "remove finalizer", "wait"},
    {"deleted, and no finalizer",
     [](Scene& s) {
       Delete(s);
       s.object["metadata"].erase("finalizers");
     },
     "wait", "wait"},
    {"names no Pod", [](Scene& s) { s.object["spec"].erase("pod"); }, "Stalled InvalidSpec",
     "wait"},
    {"no Pod is there yet",
     [](Scene& s) {
       s.object.erase("status");
       s.pod.reset();
     },
     "Waiting NoSuchPod", "wait"},
    {"the Pod is there", [](Scene& s) { s.object.erase("status"); }, "Waiting PodChosen",
     "ask tower.example ns/web-0"},
    {"another Pod was chosen", [](Scene& s) { s.object["status"]["pod"]["name"] = "web-1"; },
     "Waiting PodChosen", "ask tower.example ns/web-0"},
    {"the Pod is chosen", [](Scene&) {}, "ask tower.example ns/web-0",
     "ask tower.example ns/web-0"},
    {"a process without towers", [](Scene& s) { s.has_tower = false; }, "Stalled NoTower", "wait"},
    {"cleared", [](Scene& s) { s.Asks(Clearance{true}); }, "evict pod", "Departing PodEnds"},
    {"not cleared", [](Scene& s) { s.Asks(Clearance{false, "fog"}); }, "Waiting NotCleared",
     "wait 60 s"},
    {"no answer", [](Scene& s) { s.Asks(kDown); }, "Waiting NoAnswer", "wait 60 s"},
    {"names no tower", [](Scene& s) { s.AsksNobody(); }, "evict pod", "Departing PodEnds"},
    {"the eviction was accepted", [](Scene& s) { s.Evicts(Reply{}); }, "Departing PodEnds", "wait"},
    {"a budget refuses", [](Scene& s) { s.Evicts(kBudget); }, "Waiting DisruptionBudget",
     "wait 10 s"},
    {"a budget refuses, and says when to come back", [](Scene& s) { s.Evicts(kBudgetLater); },
     "Waiting DisruptionBudget", "wait 20 s"},
    {"several budgets", [](Scene& s) { s.Evicts(kManyBudgets); }, "Stalled ManyBudgets",
     "failed: more than one"},
    {"no right to evict", [](Scene& s) { s.Evicts(kForbidden); }, "Stalled EvictionRefused",
     "failed: no right"},
    {"a webhook is away", [](Scene& s) { s.Evicts(kWebhook); }, "Waiting EvictionRefused",
     "failed: no webhook"},
    {"the Pod ends", [](Scene& s) { s.pod->meta.deletion_timestamp = kNow; }, "Departing PodEnds",
     "wait"},
    {"the Pod is gone", [](Scene& s) { s.pod.reset(); }, "Departed PodGone", "wait"},
    {"another Pod has the name", [](Scene& s) { s.pod->meta.uid = *Uid::Parse(kOtherUid); },
     "Departed PodGone", "wait"},
};

TEST_CASE("the next step for a Departure") {
  const Row& row = GENERATE(from_range(std::begin(kRows), std::end(kRows)));
  CAPTURE(row.when);
  Scene scene;
  row.change(scene);
  CHECK(scene.Next() == row.first);
  CHECK(scene.Next() == row.then);
}

TEST_CASE("an eviction names the uid that was chosen") {
  Scene scene;
  scene.AsksNobody();
  const Departure departure = *DecodeDeparture(scene.decoder, scene.object.dump());
  const Step step = departure::Next({departure, &*scene.pod}, {}, kNow);
  const Request& request = std::get<Write>(step).request;
  CHECK(request.Describe() == "create pods/eviction ns/web-0");
  CHECK(request.uid().ToString() == kUid);
}

TEST_CASE("a refused status fails the sync, and is not sent again in it") {
  Scene scene;
  scene.pod.reset();
  const Departure departure = *DecodeDeparture(scene.decoder, scene.object.dump());
  const View view{departure};
  const Step step = departure::Next(view, {}, kNow);
  const Learned learned = {OutcomeOf(std::get<Write>(step), kForbidden)};
  const Step next = departure::Next(view, learned, kNow + seconds(1));
  CHECK(std::get<Failed>(next).error == kForbidden);
}

}  // namespace
}  // namespace windlass::departure::planner_test
