#include "test/sim/script_player.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "test/sim/rollout_object.h"
#include "test/sim/rollout_undo.h"
#include "test/sim/script_deployment.h"
#include "test/sim/script_view.h"

namespace windlass::sim {
namespace {

const std::string kUser = "user";
// The longest wait for the effect of a timer or a retry.
constexpr Duration kWaitMax = seconds(24 * 3600);
constexpr const char* kMergePatch = "application/merge-patch+json";

std::string Word(const ScriptAction& action, size_t index) {
  if (index < action.words.size()) return action.words[index];
  throw std::invalid_argument(action.verb + " needs more words");
}

int64_t Number(const ScriptAction& action, size_t index) {
  const std::string word = Word(action, index);
  if (!IsNumber(word)) {
    throw std::invalid_argument(action.verb + ": no number: " + word);
  }
  return std::stoll(word);
}

// Returns the first field other than revision=R.
std::pair<std::string, std::string> OnlyField(const ScriptAction& action) {
  for (const auto& field : action.fields) {
    if (field.first != "revision") return field;
  }
  throw std::invalid_argument(action.verb + " needs KEY=VALUE");
}

void SetOrErase(Json& map, const std::string& key, const std::string& value) {
  if (value.empty()) {
    map.erase(key);
  } else {
    map[key] = value;
  }
}

// Returns what a strategic merge patch with this condition makes of `conditions`.
Json WithCondition(const Json& conditions, const Json& condition) {
  Json merged = Json::array({condition});
  for (const Json& other : conditions) {
    if (TextAt(other, {"type"}) != TextAt(condition, {"type"})) merged.push_back(other);
  }
  return merged;
}

Json SelectorOf(const std::string& name, const ScriptAction& action) {
  Json selector = Json::object();
  for (const auto& [field, value] : action.fields) {
    if (field.starts_with("selector.")) selector[field.substr(9)] = value;
  }
  if (selector.empty()) selector["app"] = name;
  return selector;
}

}  // namespace

WorldOptions ScriptWorld() {
  WorldOptions options;
  options.kubelet.nodes = 0;
  // The ReplicaSet controller acts before Windlass sees the change. Otherwise the order of the two
  // could depend on a crash.
  options.replica_sets.lag_min = std::chrono::microseconds(10);
  options.replica_sets.lag_max = std::chrono::microseconds(30);
  return options;
}

ScriptPlayer::ScriptPlayer(World& world, const ResourceId& kind)
    : world_(world),
      server_(world.api()),
      kind_(kind),
      names_(server_, kind_),
      pods_(server_, names_) {}

const std::map<std::string, ScriptPlayer::Verb>& ScriptPlayer::Verbs() {
  using P = ScriptPlayer;
  static const std::map<std::string, Verb> kVerbs = {
      {"apply", &P::Apply},
      {"scale", &P::Scale},
      {"pause", &P::Pause},
      {"resume", &P::Pause},
      {"restart", &P::Restart},
      {"undo", &P::Undo},
      {"rollback", &P::Rollback},
      {"ready", &P::Ready},
      {"unready", &P::Unready},
      {"fail", &P::Fail},
      {"delete-pod", &P::DeletePod},
      {"stop-slowly", &P::StopSlowly},
      {"create-replicaset", &P::CreateReplicaSet},
      {"scale-replicaset", &P::ScaleReplicaSet},
      {"delete-replicaset", &P::DeleteReplicaSet},
      {"label-replicaset", &P::LabelReplicaSet},
      {"annotate-replicaset", &P::LabelReplicaSet},
      {"orphan", &P::Orphan},
      {"delete", &P::Delete},
      {"condition", &P::Condition},
      {"quota", &P::Quota},
      {"wait-condition", &P::WaitCondition},
      {"wait-deadline", &P::WaitCondition},
  };
  return kVerbs;
}

void ScriptPlayer::Play(const ScriptStep& step) {
  refused_.clear();
  for (const ScriptAction& action : step.actions) {
    const auto verb = Verbs().find(action.verb);
    if (verb == Verbs().end()) throw std::invalid_argument("unknown step " + action.verb);
    const std::string name = Word(action, 0);
    if (!(this->*verb->second)(name, action)) refused_.push_back(name);
  }
  world_.Quiesce(kQuiet, kStepMax);
  pods_.EndStep();
}

bool ScriptPlayer::Edit(const std::string& name, const ApiServer::Edit& edit) {
  return server_.Update(kUser, OwnerKey(name), "", edit).ok();
}

bool ScriptPlayer::Apply(const std::string& name, const ScriptAction& action) {
  const auto set = [&](Json& owner) {
    for (const auto& [field, value] : action.fields) {
      if (!field.starts_with("selector.")) SetScriptField(owner, field, value);
    }
  };
  if (server_.Find(OwnerKey(name)) != nullptr) return Edit(name, set);
  Json owner = ScriptDeployment(name, SelectorOf(name, action));
  if (IsOfRollouts()) owner = AsRollout(owner);
  set(owner);
  return server_.Create(kUser, kind_, "default", std::move(owner)).ok();
}

bool ScriptPlayer::Scale(const std::string& name, const ScriptAction& action) {
  Json patch;
  patch["spec"]["replicas"] = Number(action, 1);
  return server_.Patch(kUser, OwnerKey(name), "scale", kMergePatch, patch).ok();
}

bool ScriptPlayer::Pause(const std::string& name, const ScriptAction& action) {
  return Edit(name, [&](Json& object) { object["spec"]["paused"] = action.verb == "pause"; });
}

bool ScriptPlayer::Restart(const std::string& name, const ScriptAction&) {
  const std::string now = TimeText(server_.loop().clock().Wall());
  return Edit(name, [&](Json& object) {
    Json& pattern = object["spec"]["template"]["metadata"];
    pattern["annotations"]["kubectl.kubernetes.io/restartedAt"] = now;
  });
}

bool ScriptPlayer::AskForRollback(const std::string& name, int64_t revision) {
  return server_.Patch(kUser, OwnerKey(name), "", kMergePatch, RollbackToPatch(revision)).ok();
}

// kubectl's rules: it refuses a paused Deployment and a revision that does not exist, and sends
// nothing if the template is the same.
bool ScriptPlayer::Undo(const std::string& name, const ScriptAction& action) {
  const Object owner = world_.Owner(name, kind_);
  if (owner == nullptr || BoolAt(*owner, {"spec", "paused"})) return false;
  const std::vector<Object> sets = world_.ReplicaSets(name, kind_);
  std::optional<int64_t> revision;
  if (action.words.size() > 1) revision = Number(action, 1);
  const bool there =
      revision ? std::any_of(sets.begin(), sets.end(),
                             [&](const Object& rs) { return RevisionOfRollout(*rs) == *revision; })
               : sets.size() > 1;
  if (!there) return false;
  const Json patch = UndoPatch(*owner, sets, revision);
  if (patch.is_null()) return true;
  if (IsOfRollouts()) return AskForRollback(name, revision.value_or(0));
  return server_.Patch(kUser, OwnerKey(name), "", "application/json-patch+json", patch).ok();
}

bool ScriptPlayer::Rollback(const std::string& name, const ScriptAction& action) {
  if (IsOfRollouts()) {
    return IsNumber(Word(action, 1)) && AskForRollback(name, Number(action, 1));
  }
  return Edit(name, [&](Json& object) {
    object["metadata"]["annotations"]["deprecated.deployment.rollback.to"] = Word(action, 1);
  });
}

ScriptPods::Choice ScriptPlayer::ChoiceOf(const std::string& name,
                                          const ScriptAction& action) const {
  return {name, Number(action, 1), action.Field("revision")};
}

bool ScriptPlayer::Ready(const std::string& name, const ScriptAction& action) {
  if (action.words.size() > 1) return pods_.MakeReady(ChoiceOf(name, action));
  pods_.MakeAllReady(name);
  return true;
}

bool ScriptPlayer::Unready(const std::string& name, const ScriptAction& action) {
  return pods_.MakeUnready(ChoiceOf(name, action));
}

bool ScriptPlayer::Fail(const std::string& name, const ScriptAction& action) {
  return pods_.Fail(ChoiceOf(name, action));
}

bool ScriptPlayer::DeletePod(const std::string& name, const ScriptAction& action) {
  return pods_.Delete(ChoiceOf(name, action));
}

bool ScriptPlayer::StopSlowly(const std::string& name, const ScriptAction& action) {
  pods_.StopSlowly(name, Word(action, 1) == "on");
  return true;
}

bool ScriptPlayer::CreateReplicaSet(const std::string& name, const ScriptAction& action) {
  const std::string number = std::to_string(++made_[name]);
  const Json labels = {{"app", name},
                       {"pod-template-hash", action.Field("hash").value_or("made" + number)}};
  // A ReplicaSet has these fields in the same places as a Deployment.
  Json set = ScriptDeployment(name + "-made-" + number, labels);
  set["kind"] = "ReplicaSet";
  set["metadata"]["labels"] = labels;
  set["spec"].erase("progressDeadlineSeconds");
  set["spec"]["replicas"] = Number(action, 1);
  for (const auto& [field, value] : action.fields) {
    if (field != "hash") SetScriptField(set, field, value);
  }
  return server_.Create(kUser, resources::kReplicaSets, "default", std::move(set)).ok();
}

bool ScriptPlayer::EditReplicaSet(const std::string& name, const ScriptAction& action,
                                  const ApiServer::Edit& edit) {
  const Object set = names_.Find(name, action.Field("revision").value_or(""));
  if (set == nullptr) return false;
  return server_.Update(kUser, {resources::kReplicaSets, "default", NameOf(*set)}, "", edit).ok();
}

bool ScriptPlayer::ScaleReplicaSet(const std::string& name, const ScriptAction& action) {
  return EditReplicaSet(name, action,
                        [&](Json& set) { set["spec"]["replicas"] = Number(action, 1); });
}

bool ScriptPlayer::DeleteReplicaSet(const std::string& name, const ScriptAction& action) {
  const Object set = names_.Find(name, action.Field("revision").value_or(""));
  return set != nullptr &&
         server_.Delete(kUser, {resources::kReplicaSets, "default", NameOf(*set)}).ok();
}

bool ScriptPlayer::LabelReplicaSet(const std::string& name, const ScriptAction& action) {
  const char* map = action.verb == "label-replicaset" ? "labels" : "annotations";
  const auto& [key, value] = OnlyField(action);
  return EditReplicaSet(name, action,
                        [&](Json& set) { SetOrErase(set["metadata"][map], key, value); });
}

bool ScriptPlayer::Orphan(const std::string& name, const ScriptAction& action) {
  return EditReplicaSet(name, action, [](Json& set) { set["metadata"].erase("ownerReferences"); });
}

bool ScriptPlayer::Delete(const std::string& name, const ScriptAction& action) {
  DeleteOptions options;
  const std::string cascade = action.Field("cascade").value_or("background");
  if (cascade == "foreground") options.propagation = Propagation::kForeground;
  if (cascade == "orphan") options.propagation = Propagation::kOrphan;
  return server_.Delete(kUser, OwnerKey(name), options).ok();
}

bool ScriptPlayer::Condition(const std::string& name, const ScriptAction& action) {
  const auto& [type, status] = OnlyField(action);
  const std::string now = TimeText(server_.loop().clock().Wall());
  const Json condition = {{"type", type},          {"status", status},
                          {"reason", "Script"},    {"message", "written by a script"},
                          {"lastUpdateTime", now}, {"lastTransitionTime", now}};
  if (IsOfRollouts()) {  // the server refuses strategic merge patches of custom resources
    const auto set = [&](Json& object) {
      object["status"]["conditions"] =
          WithCondition(At(object, {"status", "conditions"}), condition);
    };
    return server_.Update(kUser, OwnerKey(name), "status", set).ok();
  }
  Json patch;
  patch["status"]["conditions"] = Json::array({condition});
  return server_
      .Patch(kUser, OwnerKey(name), "status", "application/strategic-merge-patch+json", patch)
      .ok();
}

// The model keeps the quota in an annotation of the namespace.
bool ScriptPlayer::Quota(const std::string& limit, const ScriptAction&) {
  return server_
      .Update(kUser, {resources::kNamespaces, "", "default"}, "",
              [&](Json& object) {
                SetOrErase(object["metadata"]["annotations"], "windlass.example/replicaset-quota",
                           limit == "none" ? "" : limit);
              })
      .ok();
}

bool ScriptPlayer::WaitCondition(const std::string& name, const ScriptAction& action) {
  const auto& [type, reason] =
      action.verb == "wait-deadline"
          ? std::pair<std::string, std::string>("Progressing", "ProgressDeadlineExceeded")
          : OnlyField(action);
  const auto holds = [&, &wanted_type = type, &wanted = reason] {
    const Object owner = world_.Owner(name, kind_);
    return owner != nullptr && ReasonOf(*owner, ConditionOf(*owner, wanted_type)) == wanted;
  };
  return world_.Owner(name, kind_) != nullptr && world_.RunUntil(holds, kWaitMax);
}

}  // namespace windlass::sim
