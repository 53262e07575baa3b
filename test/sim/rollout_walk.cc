#include "test/sim/rollout_walk.h"

#include <algorithm>
#include <array>
#include <vector>

#include "controller/rollout/service_patch.h"
#include "test/sim/in_place_words.h"
#include "test/sim/rollout_object.h"
#include "test/sim/sample_objects.h"
#include "test/sim/two_kinds.h"
#include "test/support/draw.h"

namespace windlass::sim {
namespace {

constexpr int kDeedsOfWalk = 16;
constexpr int kPausesMax = 8;                      // more than any rollout has
constexpr Duration kEndLimit = seconds(6 * 3600);  // virtual, until the next pause or the end
constexpr Duration kRestLimit = seconds(120);  // a rollout that crashes again and again never rests
const std::string kWeb = "web";
constexpr const char* kStableService = "web-stable";
constexpr const char* kCanaryService = "web-canary";

Json Named() { return {{"stable", kStableService}, {"canary", kCanaryService}}; }

WorldOptions OptionsOfWalk(Random& random, RolloutWalk::Mode mode) {
  WorldOptions options;
  if (mode == RolloutWalk::Mode::kInPlace) return options;
  // No lag at all in one of four cases.
  const auto lag = [&] {
    return Below(random, 4) == 0 ? Duration{0} : random.Between(milliseconds(100), seconds(30));
  };
  options.replica_sets.replica_set_view_lag_max = lag();
  options.replica_sets.pod_view_lag_max = lag();
  options.replica_sets.status_lag_max = lag();
  return options;
}

const std::vector<Json>& ListsOfSteps() {
  static const std::vector<Json> kLists = [] {
    std::vector<Json> lists;
    for (const char* text :
         {"[]", R"([{"setUpdated": 1}, {"pause": {}}])",
          R"([{"setUpdated": 2}, {"pause": {}}, {"setUpdated": "50%"}, {"pause": {}}])",
          R"([{"setUpdated": "20%"}, {"pause": {"duration": "20s"}}, {"setUpdated": "60%"}])",
          R"([{"pause": {}}, {"setUpdated": 2}, {"pause": {"duration": "1m"}}, {"pause": {}}])",
          R"([{"setUpdated": 3}, {"setUpdated": 1}, {"pause": {}}, {"setUpdated": "100%"}])",
          R"([{"setUpdated": "100%"}, {"pause": {"duration": "1m"}}])",
          R"([{"setUpdated": 1}, {"pause": {}}, {"setUpdated": "100%"}, {"pause": {}}])"}) {
      lists.push_back(Json::parse(text));
    }
    return lists;
  }();
  return kLists;
}

}  // namespace

RolloutWalk::RolloutWalk(uint64_t seed, Mode mode)
    : random_(seed), mode_(mode), world_(seed, OptionsOfWalk(random_, mode)) {
  Start();
  const int replicas = static_cast<int>(1 + Draw(8));
  Json web = mode_ == Mode::kInPlace ? InPlaceDeployment(replicas, "app:v1")
                                     : SampleDeployment(kWeb, replicas, "app:v1");
  if (Draw(4) == 0) web["spec"]["minReadySeconds"] = 5;
  if (Draw(2) == 0) web["spec"]["revisionHistoryLimit"] = 1 + Draw(3);
  web = AsRollout(web);
  web["spec"]["strategy"]["steps"] = ListsOfSteps()[Draw(ListsOfSteps().size())];
  if (mode_ == Mode::kInPlace && Draw(3) == 0) {
    web["spec"]["strategy"]["rollingUpdate"] = {{"maxSurge", 1}, {"maxUnavailable", 0}};
  }
  if (mode_ == Mode::kServices) {
    for (const char* name : {kStableService, kCanaryService}) MakeService(name);
    web["spec"]["strategy"]["services"] = Named();
  }
  deeds_ = " start: " + web["spec"]["strategy"]["steps"].dump() + " of " + std::to_string(replicas);
  world_.Apply(web);
  world_.RunUntil([this] { return world_.IsComplete(kWeb, kRollouts); }, seconds(300));
}

std::string RolloutWalk::Go() {
  for (int i = 0; i < kDeedsOfWalk; ++i) {
    Happen();
    world_.RunFor(milliseconds(Draw(3) == 0 ? Draw(1000) : Draw(30'000)));
  }
  PrepareEnd();
  complete_ = PromoteToTheEnd();
  if (world_.Rest()) services_.JudgeAtRest();
  if (mode_ == Mode::kInPlace) in_place_.JudgeAtRest(kWeb, kRollouts);
  return Wrong();
}

uint32_t RolloutWalk::Draw(size_t bound) { return Below(random_, static_cast<uint32_t>(bound)); }

Object RolloutWalk::Web() const { return world_.Owner(kWeb, kRollouts); }

void RolloutWalk::Edit(const Json& spec) { world_.Edit(kWeb, {{"spec", spec}}, kRollouts); }

// Returns true at a pause among the steps. A rollout that rests at its partition has no step.
bool RolloutWalk::IsAtPause() const {
  const Object web = Web();
  return TextAt(ConditionOf(*web, "Progressing"), {"reason"}) == "RolloutPausedAtStep" &&
         !At(*web, {"status", "step"}).is_null();
}

std::string RolloutWalk::PromoteNow() const {
  const Json& step = At(*Web(), {"status", "step"});
  return std::to_string(IntAt(step, {"index"})) + "@" + std::to_string(IntAt(step, {"revision"}));
}

void RolloutWalk::Happen() {
  const auto now = world_.loop().clock().Now().since_start;
  deeds_ += " " + std::to_string(std::chrono::duration_cast<milliseconds>(now).count()) + ":";
  struct Deed {
    uint32_t weight;
    void (RolloutWalk::*happens)();
  };
  static constexpr Deed kAll[] = {
      {6, &RolloutWalk::SetImage},      {1, &RolloutWalk::PushMany},
      {1, &RolloutWalk::Undo},          {2, &RolloutWalk::Scale},
      {3, &RolloutWalk::ScaleInAndOut}, {2, &RolloutWalk::Pause},
      {2, &RolloutWalk::Abort},         {1, &RolloutWalk::PauseAndAbort},
      {4, &RolloutWalk::Promote},       {2, &RolloutWalk::SetSteps},
      {2, &RolloutWalk::EditSteps},     {1, &RolloutWalk::SetPartition},
      {2, &RolloutWalk::SetLimits},     {1, &RolloutWalk::KillPod},
      {1, &RolloutWalk::KillCanary},    {1, &RolloutWalk::Restart},
      {1, &RolloutWalk::Relist},        {4, &RolloutWalk::Rest}};
  static constexpr Deed kOfServices[] = {{2, &RolloutWalk::TakeKey},
                                         {1, &RolloutWalk::RemoveNote},
                                         {1, &RolloutWalk::DeleteService},
                                         {1, &RolloutWalk::NameServices}};
  std::vector<Deed> deeds(std::begin(kAll), std::end(kAll));
  if (mode_ == Mode::kServices) {
    deeds.insert(deeds.end(), std::begin(kOfServices), std::end(kOfServices));
  }
  uint32_t all = 0;
  for (const Deed& deed : deeds) all += deed.weight;
  uint32_t what = Draw(all);
  for (const Deed& deed : deeds) {
    if (what < deed.weight) return (this->*deed.happens)();
    what -= deed.weight;
  }
}

// One of two images is used again and again, and so is proven at times.
void RolloutWalk::SetImage() {
  constexpr std::array<const char*, 5> kImages = {"app:v1", "app:v2", "app:v3-slow-start-5s",
                                                  "app:v4-slow-stop-3s", "app:missing"};
  SetImageTo(Draw(2) == 0 ? kImages[Draw(kImages.size())] : NewImage());
}
void RolloutWalk::SetImageTo(const std::string& image) {
  deeds_ += image;
  world_.SetImage(kWeb, image, kRollouts);
}
// Two of three new images work.
std::string RolloutWalk::NewImage() {
  const std::string image = "app:n" + std::to_string(++images_);
  switch (Draw(9)) {
    case 0: return image + "-missing";
    case 1: return image + "-never-ready";
    // In place it would be restarted without a reason that I-54 knows.
    case 2: return mode_ == Mode::kInPlace ? image + "-missing" : image + "-crash-20s";
    default: return image;
  }
}
void RolloutWalk::PushMany() {
  const uint32_t count = 2 + Draw(3);
  for (uint32_t i = 0; i < count; ++i) {
    deeds_ += i > 0 ? "," : "push:";
    SetImageTo(NewImage());
    world_.RunFor(milliseconds(Draw(5000)));
  }
}
void RolloutWalk::Undo() {
  deeds_ += "undo";
  if (!paused_) world_.RolloutUndo(kWeb, std::nullopt, kRollouts);
}
void RolloutWalk::Scale() { ScaleTo(static_cast<int>(Draw(10))); }
void RolloutWalk::ScaleTo(int size) {
  deeds_ += "scale=" + std::to_string(size);
  world_.Scale(kWeb, size, kRollouts);
}
// An autoscaler at night.
void RolloutWalk::ScaleInAndOut() {
  ScaleTo(static_cast<int>(Draw(3)));
  if (Draw(2) == 0) {
    Rest();
  } else {
    world_.RunFor(milliseconds(Draw(20'000)));
  }
  deeds_ += ",";
  ScaleTo(static_cast<int>(2 + Draw(8)));
}
void RolloutWalk::Pause() {
  paused_ = !paused_;
  deeds_ += paused_ ? "pause" : "resume";
  world_.Pause(kWeb, paused_, kRollouts);
}
void RolloutWalk::Abort() {
  aborted_ = !aborted_;
  deeds_ += aborted_ ? "abort" : "no abort";
  Edit({{"abort", aborted_}});
}
void RolloutWalk::PauseAndAbort() {
  if (!paused_) Pause();
  world_.RunFor(milliseconds(Draw(3) == 0 ? 0 : Draw(5000)));
  deeds_ += ",";
  if (!aborted_) Abort();
}
// One of four promotions is of another revision, and does nothing. Some are forced or of all steps.
void RolloutWalk::Promote() {
  const Object web = Web();
  const int64_t stale = Draw(4) == 0 ? 1 : 0;
  const std::string step =
      Draw(8) == 0 ? "full" : std::to_string(IntAt(*web, {"status", "step", "index"}));
  const std::string value = step + "@" +
                            std::to_string(IntAt(*web, {"status", "step", "revision"}) - stale) +
                            (Draw(6) == 0 ? "/force" : "");
  deeds_ += "promote=" + value;
  if (stale == 0 && IsAtPause()) ++promoted_;
  world_.Annotate(kWeb, "windlass.dev/promote", value, kRollouts);
}
void RolloutWalk::SetSteps() { SetSteps(ListsOfSteps()[Draw(ListsOfSteps().size())]); }
// A partition and steps exclude each other.
void RolloutWalk::SetSteps(const Json& steps) {
  deeds_ += "steps=" + steps.dump();
  Edit({{"strategy", {{"steps", steps}, {"partition", nullptr}}}});
}
// Makes the list shorter or longer by one or two steps, or empty.
void RolloutWalk::EditSteps() {
  Json steps = At(*Web(), {"spec", "strategy", "steps"});
  if (!steps.is_array()) steps = Json::array();
  const uint32_t what = Draw(5);
  const size_t count = 1 + Draw(2);
  if (what < 2) {
    steps.erase(steps.end() - static_cast<ptrdiff_t>(std::min(count, steps.size())), steps.end());
  } else if (what < 4) {
    for (const char* text : {R"({"setUpdated": "60%"})", R"({"pause": {}})"}) {
      steps.push_back(Json::parse(text));
    }
  } else {
    steps = Json::array();
  }
  SetSteps(steps);
}
void RolloutWalk::SetPartition() {
  const std::vector<Json> partitions = {1, 2, "30%", "75%"};
  const Json& partition = partitions[Draw(partitions.size())];
  deeds_ += "partition=" + partition.dump();
  Edit({{"strategy", {{"steps", nullptr}, {"partition", partition}}}});
}
void RolloutWalk::SetLimits() {
  const Json surge = Draw(2) == 0 ? Json(0) : Json("25%");
  Json unavailable = surge == Json(0) || Draw(2) == 0 ? Json(1) : Json("50%");
  // Without a Pod that may be missing, an update in place needs stand-ins, and so does its abort.
  if (mode_ == Mode::kInPlace && !(surge == Json(0)) && Draw(2) == 0) unavailable = 0;
  deeds_ += "maxSurge=" + surge.dump() + ",maxUnavailable=" + unavailable.dump();
  Edit({{"strategy", {{"rollingUpdate", {{"maxSurge", surge}, {"maxUnavailable", unavailable}}}}}});
}
void RolloutWalk::KillPod() {
  deeds_ += "kill";
  const std::vector<Object> pods = world_.Pods(kWeb, kRollouts);
  if (pods.empty()) return;
  const std::string name = NameOf(*pods[Draw(pods.size())]);
  world_.api().Delete("user", {resources::kPods, "default", name});
}
// Kills all Pods that have the images of the template.
void RolloutWalk::KillCanary() {
  deeds_ += "kill-new";
  const std::string image = ImageIn(At(*Web(), {"spec", "template", "spec"}), kWeb);
  for (const Object& pod : world_.Pods(kWeb, kRollouts)) {
    if (ImageIn(At(*pod, {"spec"}), kWeb) != image) continue;
    world_.api().Delete("user", {resources::kPods, "default", NameOf(*pod)});
  }
}
void RolloutWalk::Start() { windlass_.emplace(world_, ClientOptions{}, RolloutsAlone()); }
void RolloutWalk::Restart() {
  deeds_ += "restart";
  windlass_.reset();
  world_.RunFor(milliseconds(Draw(3000)));
  Start();
}
// The server forgets the revisions at which the watches would resume.
void RolloutWalk::Relist() {
  deeds_ += "relist";
  world_.api().store().CompactAll();
  world_.api().EndWatches();
}
void RolloutWalk::Rest() {
  const bool rests = world_.Rest(kRestLimit);
  if (rests) services_.JudgeAtRest();
  deeds_ += rests ? "(rest)" : "(no rest)";
}

void RolloutWalk::MakeService(const std::string& name) {
  Json service = {{"apiVersion", "v1"}, {"kind", "Service"}};
  service["metadata"] = {{"name", name}, {"namespace", "default"}};
  service["spec"]["selector"] = {{"app", kWeb}};
  world_.Apply(service);
}
std::string RolloutWalk::DrawService() { return Draw(2) == 0 ? kStableService : kCanaryService; }
// As a server-side apply of a manifest without the key does.
void RolloutWalk::TakeKey() {
  const std::string name = DrawService();
  deeds_ += "take key of " + name;
  world_.api().Patch("user", {resources::kServices, "default", name}, "",
                     "application/merge-patch+json",
                     {{"spec", {{"selector", {{"pod-template-hash", nullptr}}}}}});
}
void RolloutWalk::RemoveNote() {
  const std::string name = DrawService();
  deeds_ += "take note of " + name;
  world_.api().Patch(
      "user", {resources::kServices, "default", name}, "", "application/merge-patch+json",
      {{"metadata", {{"annotations", {{std::string(rollout::kServiceOf), nullptr}}}}}});
}
void RolloutWalk::DeleteService() {
  const std::string name = DrawService();
  deeds_ += "delete " + name;
  world_.api().Delete("user", {resources::kServices, "default", name});
  world_.RunFor(milliseconds(Draw(2) == 0 ? 0 : Draw(20'000)));
  MakeService(name);
}
// Names one Service, both or none.
void RolloutWalk::NameServices() {
  Json services = Named();
  if (Draw(3) == 0) services["stable"] = nullptr;
  if (Draw(3) == 0) services["canary"] = nullptr;
  deeds_ += "services=" + services.dump();
  Edit({{"strategy", {{"services", services}}}});
}

// Ends with a good image, whatever held the rollout up. Steps stay, a partition goes.
void RolloutWalk::PrepareEnd() {
  deeds_ += " end:";
  if (paused_) Pause();
  if (aborted_) Abort();
  Edit({{"strategy", {{"partition", nullptr}}}});
  if (ReplicasOf(*Web()) == 0) ScaleTo(3);
  // A rollback that was asked for must not undo the last image.
  world_.RunUntil([this] { return At(*Web(), {"spec", "rollbackTo"}).is_null(); }, seconds(600));
  world_.SetImage(kWeb, "app:last", kRollouts);
}

// Promotes each pause. Returns true if the rollout is complete in the end.
bool RolloutWalk::PromoteToTheEnd() {
  const auto is_complete = [this] { return world_.IsComplete(kWeb, kRollouts); };
  for (int i = 0; i < kPausesMax; ++i) {
    if (!world_.RunUntil([&] { return is_complete() || IsAtPause(); }, kEndLimit)) return false;
    if (!IsAtPause()) return true;
    const Json step = At(*Web(), {"status", "step"});
    world_.Annotate(kWeb, "windlass.dev/promote", PromoteNow(), kRollouts);
    ++promoted_;
    world_.RunUntil([&] { return At(*Web(), {"status", "step"}) != step; }, kEndLimit);
  }
  return false;
}

std::set<std::string> RolloutWalk::Broken() const {
  std::set<std::string> broken;
  for (const Violation& violation : world_.invariants().violations()) {
    broken.insert(violation.invariant);
  }
  if (!in_place_.Complaints().empty()) broken.insert("in place");
  if (!services_.Complaints().empty()) broken.insert("I-67");
  if (!complete_) broken.insert("end");
  return broken;
}

std::string RolloutWalk::Wrong() const {
  std::string wrong = in_place_.Complaints() + services_.Complaints();
  for (const Violation& violation : world_.invariants().violations()) {
    wrong += violation.Text() + "\n";
  }
  if (!complete_) wrong += "the last rollout is not complete: " + Web()->dump() + "\n";
  return wrong.empty() ? "" : "after" + deeds_ + "\n" + wrong;
}

}  // namespace windlass::sim
