// status: prints a sentence about the rollout. Prints again when the sentence changes, or when
// another cause holds the rollout up. With --watch=false, prints only once. Ends when:
//   - the rollout ends, is held or gives way to a newer one
//   - the object is deleted, or lacks the revision that was asked for
//   - --timeout has passed
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "cmd/kubectl-windlass/canary.h"
#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/follow.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/kind.h"
#include "cmd/kubectl-windlass/long_wait.h"
#include "cmd/kubectl-windlass/output.h"
#include "cmd/kubectl-windlass/replica_sets.h"
#include "cmd/kubectl-windlass/standing.h"
#include "cmd/kubectl-windlass/unobserved.h"
#include "cmd/kubectl-windlass/workload_standing.h"

namespace windlass::cli {
namespace {

// Follows one rollout, which is the rollout of the template that the object had at first. If the
// object gets another template, a newer rollout has begun.
class StatusWatch {
 public:
  StatusWatch(const CommandContext& context, const Place& place,
              Standing (*standing)(const Json& object))
      : context_(context), place_(place), standing_(standing) {}

  // Prints where `object` stands, with `cause`, unless it has printed the same before. `cause` is
  // what CauseIn returns. Returns the exit code if the command ends.
  std::optional<ExitCode> Look(const Json& object, const std::optional<Cause>& cause);
  // Makes the template of `first` the one to follow. Needed for `status` of several objects:
  // `first` is this object when the command began. The object may have got another template while
  // the command followed an earlier object.
  void Begin(const Json& first) { static_cast<void>(Superseded(first, standing_(first))); }
  // Stores where `object` stands. End needs this if the command ends before the first Look.
  void Read(const Json& object) {
    last_ = standing_(object);
    is_read_ = true;
  }
  // Prints the error with which the command ends. Returns the exit code.
  ExitCode End(const Error& error);
  ExitCode End(ExitCode code, const std::string& why);

 private:
  std::optional<Standing> Superseded(const Json& object, const Standing& standing);
  bool IsOtherRevision(const Standing& standing) const;
  void Say(const Standing& standing, const std::optional<Cause>& cause, bool final);

  const CommandContext& context_;
  const Place& place_;
  Standing (*const standing_)(const Json& object);
  std::optional<Json> template_;
  int64_t generation_ = 0;         // of the object in the look that set template_
  std::optional<bool> went_back_;  // the update had spec.rollback at first
  bool rolls_back_ = false;        // every look so far showed a PendingRollback
  std::string said_;
  std::set<std::string> said_causes_;  // reasons printed with the sentence in said_
  bool is_read_ = false;
  Standing last_;
};

// Returns how the rollout ended if another one has taken its place; otherwise nullopt.
std::optional<Standing> StatusWatch::Superseded(const Json& object, const Standing& standing) {
  // A user may reverse the update of a ReplicationController while the command waits
  // (spec.rollback). When the reversed update ends, it counts as another rollout.
  const bool goes_back = FlagOf(object, "/spec/rollback");
  if (!went_back_) went_back_ = goes_back;
  if (goes_back != *went_back_ && standing.ends == ExitCode::kDone) {
    Standing ended = standing;
    ended.why = std::exchange(ended.sentence, "") + ", meanwhile";
    ended.ends = goes_back ? ExitCode::kAborted : ExitCode::kFailed;
    return ended;
  }
  const Json* now = FieldOf(object, "/spec/template");
  // If a rollback was asked for before the command began, the user waits for that rollback, so the
  // command follows the template of the rollback.
  const bool rolls_back = PendingRollback(object) != nullptr;
  if (!template_) rolls_back_ = rolls_back;
  if (!template_ || rolls_back_) generation_ = NumberOf(object, "/metadata/generation");
  if (!template_ || rolls_back_) {
    template_ = now == nullptr ? Json() : *now;
    rolls_back_ = rolls_back_ && rolls_back;
    return std::nullopt;
  }
  if (now == nullptr || *now == *template_ || !IsObserved(object)) return std::nullopt;
  Standing ended = standing;
  ended.sentence.clear();
  const std::string who = KindWord(place_.resource) + " \"" + place_.name + '"';
  const std::string revision = std::to_string(standing.revision);
  const bool back = NumberOf(object, "/status/rolledBack/generation") > generation_;
  if (back) ended.phase = "RolledBack";
  ended.ends = back ? ExitCode::kAborted : ExitCode::kSuperseded;
  ended.why = back ? who + " was rolled back meanwhile; it has revision " + revision + " now"
                   : who + " got another template meanwhile, revision " + revision +
                         ": run the command again to wait for that revision";
  return ended;
}

bool StatusWatch::IsOtherRevision(const Standing& standing) const {
  const int64_t wanted = context_.line.revision;
  return wanted > 0 && standing.revision > 0 && standing.revision != wanted;
}

// Prints where the rollout stands: a sentence, a line of -o json, or a document of -o yaml. With -o
// name, prints only the name, at the end.
void StatusWatch::Say(const Standing& standing, const std::optional<Cause>& cause, bool final) {
  const OutputFormat format = context_.line.output;
  if (format == OutputFormat::kText) {
    if (standing.sentence.empty()) return;
    if (standing.sentence != said_) said_causes_.clear();
    // The text of a cause may change every few seconds ("back-off 20s", "40s"), and its reason may
    // alternate (ErrImagePull, ImagePullBackOff). So as long as the sentence is the same, each
    // reason is printed only once.
    const bool new_cause = cause && said_causes_.insert(cause->reason).second;
    if (standing.sentence == said_ && !new_cause) return;
    said_ = standing.sentence;
    context_.console.Line(standing.sentence + (cause ? " (" + cause->text + ")" : ""));
    return;
  }
  if (format == OutputFormat::kName) {
    if (final) context_.console.Line(ObjectName(place_.resource, place_.name));
    return;
  }
  Json event = {{"apiVersion", "cli.windlass.dev/v1"},
                {"kind", "RolloutStatus"},
                {"resource", ObjectName(place_.resource, place_.name)},
                {"namespace", place_.namespace_},
                {"phase", standing.phase},
                {"reason", standing.reason},
                {"message", standing.why.empty() ? standing.sentence : standing.why},
                {"desired", standing.desired},
                {"updated", standing.updated.value_or(0)},
                {"available", standing.available},
                {"revision", standing.revision},
                {"final", final}};
  if (cause) event["cause"] = cause->text;
  if (final) event["exitCode"] = Number(standing.ends.value_or(ExitCode::kTimeout));
  const std::string text =
      format == OutputFormat::kJson ? event.dump() + "\n" : "---\n" + PrintValue(event, format);
  if (text == said_) return;
  said_ = text;
  context_.console.out(text);
}

ExitCode StatusWatch::End(ExitCode code, const std::string& why) {
  last_.ends = code;
  last_.sentence.clear();
  last_.why = why;
  if (context_.line.output != OutputFormat::kText) Say(last_, std::nullopt, true);
  context_.console.Error(why);
  return code;
}

std::optional<ExitCode> StatusWatch::Look(const Json& object, const std::optional<Cause>& cause) {
  Standing standing = standing_(object);
  last_ = standing;
  if (IsOtherRevision(standing)) {
    const bool newer = standing.revision > context_.line.revision;
    return End(newer ? ExitCode::kSuperseded : ExitCode::kError,
               "desired revision (" + std::to_string(context_.line.revision) +
                   ") is different from the running revision (" +
                   std::to_string(standing.revision) + ")");
  }
  if (auto superseded = Superseded(object, standing)) standing = *std::move(superseded);
  last_ = standing;
  const bool ends = standing.ends.has_value();
  Say(standing, ends ? std::nullopt : cause, ends || !context_.line.watch);
  if (ends) {
    if (!standing.why.empty()) context_.console.Error(standing.why);
    return standing.ends;
  }
  if (!context_.line.watch) return ExitCode::kTimeout;
  return std::nullopt;
}

ExitCode StatusWatch::End(const Error& error) {
  const Session& session = context_.session;
  if (!session.timed_out() || session.interrupted()) {
    return Report(session, context_.console, error);
  }
  if (!is_read_) return End(ExitCode::kTimeout, error.message);
  const std::string object = ShortName(place_.resource, place_.name);
  const std::string timed_out = "timed out waiting for the condition: ";
  const std::string get = "; kubectl windlass get " + InCommand(place_) + " shows ";
  if (place_.resource != resources::kReplicationControllers) {
    return End(ExitCode::kTimeout, timed_out + "the rollout of " + object + " is still under way" +
                                       get + "what it waits for");
  }
  // The object is a ReplicationController without an update. The command waits until its spec is
  // observed and its Pods are available. So if enough Pods are available, kube-controller-manager
  // has not observed the spec.
  return End(
      ExitCode::kTimeout,
      timed_out + (last_.available < last_.desired
                       ? std::to_string(last_.available) + " of " + std::to_string(last_.desired) +
                             " Pods of " + object + " are available" + get + "why not all"
                       : "the last change of " + object + " is not observed yet"));
}

// At most five looks a second.
constexpr milliseconds kLookPause{200};

// Numbers of the selections that are followed.
constexpr size_t kObject = 0;
constexpr size_t kMakers = 1;
constexpr size_t kPods = 2;

// Returns what is followed: the object, its Pods, and the ReplicaSets or ReplicationController that
// make the Pods. Follow goes on with the object if the user may not read the rest. Returns only the
// object if no labels select its Pods, for example before an update's new controller exists.
std::vector<Selection> ToFollow(const Place& place, const Json& object, const Json& maker) {
  const std::string& in = place.namespace_;
  const std::string labels =
      maker.is_null() ? SelectorOfWorkload(object) : SelectorOfController(maker);
  std::vector<Selection> selections = {
      {.resource = place.resource, .namespace_ = in, .name = place.name}};
  if (labels.empty()) return selections;
  if (maker.is_null()) {
    selections.push_back({.resource = resources::kReplicaSets, .namespace_ = in, .labels = labels});
  } else {
    selections.push_back({.resource = resources::kReplicationControllers,
                          .namespace_ = in,
                          .name = TextOf(maker, "/metadata/name")});
  }
  selections.push_back({.resource = resources::kPods, .namespace_ = in, .labels = labels});
  for (size_t i = kMakers; i < selections.size(); ++i) selections[i].optional = true;
  return selections;
}

// Returns the first of these causes that holds up the rollout:
//   - the condition that HoldsUpWindlass returns, for example about a refused write
//   - a revision whose image failed, so that Windlass has given up its update in place (GivenUp)
//   - a webhook that removes what Windlass notes on Pods
//   - a PodDisruptionBudget that has no room for another Pod
//   - why Pods fail, or cannot be created
//   - what else makes an update in place fail, such as a refused patch
// Returns nullopt if there is none, if the text of `standing` has it already, or if the latest spec
// is not observed. `sets` is true if ReplicaSets make the Pods. Does not look at the Pods of a
// ReplicationController that could not be read.
std::optional<Cause> CauseIn(const Follow& follow, const Json& object, const Standing& standing,
                             bool sets, WallTime now) {
  // While the latest spec is not observed, the present Pods may be those of another template.
  if (!IsObserved(object)) return std::nullopt;
  const Json* told = HoldsUpWindlass(object);
  const Json* in_place = InPlaceToTell(object);
  const std::string reason = in_place != nullptr ? TextOf(*in_place, "/reason") : "";
  const bool stands =
      reason == "GivenUp" || reason == "AnnotationNotKept" || reason == "WaitingForPDB";
  if (told == nullptr && stands) told = in_place;
  if (told != nullptr && Quotes(standing, *told)) return std::nullopt;
  if (told != nullptr) return Cause{TextOf(*told, "/reason"), TextOf(*told, "/message")};
  const std::vector<const Json*> pods = follow.Objects(kPods);
  std::vector<const Json*> makers = follow.Objects(kMakers);
  std::erase_if(makers, [&](const Json* one) { return sets && !IsOwnedBy(*one, object); });
  const Json* maker = sets             ? OfRevision(makers, standing.revision)
                      : makers.empty() ? nullptr
                                       : makers.front();
  if (!sets && maker == nullptr) return std::nullopt;
  auto of_pods = CauseAmong(maker, CanariesAmong(pods, makers, maker),
                            NumberOf(object, "/spec/minReadySeconds"), now, Mood::kBad);
  if (of_pods || reason != "Failing") return of_pods;
  return Cause{reason, TextOf(*in_place, "/message")};
}

}  // namespace

std::optional<ExitCode> WatchStatus(const CommandContext& context, const Place& place,
                                    const Json& object, Standing (*standing)(const Json& object),
                                    const Json& maker) {
  StatusWatch watch(context, place, standing);
  watch.Read(object);
  const auto first = context.done->first.find(InCommand(place));
  if (first != context.done->first.end()) watch.Begin(Json::parse(first->second));
  const std::vector<Selection> selections = ToFollow(place, object, maker);
  const bool explains = selections.size() > kPods;
  Follow follow(context.session, selections);
  LongWait long_wait(context);
  // If `ends` is set (complete, stalled, aborted or held), the command ends here. It prints no
  // cause then, so it does not read the Pods.
  if (!explains || standing(object).ends) {
    if (const auto code = watch.Look(object, std::nullopt)) return *code;
  }
  Status status = context.line.watch ? follow.Start() : follow.ReadOnce();
  while (status.ok()) {
    const std::vector<const Json*> found = follow.Objects(kObject);
    if (found.empty()) {
      return watch.End(ExitCode::kError,
                       ObjectName(place.resource, place.name) + " has been deleted");
    }
    const Json& now = *found.front();
    if (maker.is_null() && !explains && NumberOf(now, "/status/newReplicas") > 0) {
      return std::nullopt;
    }
    const auto cause = explains ? CauseIn(follow, now, standing(now), maker.is_null(),
                                          context.session.clock().Wall())
                                : std::nullopt;
    if (const auto code = watch.Look(now, cause)) return *code;
    // Does not print this warning again if ReadWorkload has printed it, not even after a later
    // change: the text is the same for every change of the object.
    const std::string unseen = UnobservedText(now, place);
    long_wait.Look(unseen == context.done->told ? "" : unseen,
                   [&] { return UnobservedWarning(context, place, unseen); });
    // Each change of a Pod causes a look, and a look goes through all Pods. So there is a pause
    // between two looks.
    status = context.session.Wait([] { return false; }, kLookPause);
    if (status.ok()) status = follow.NextChange(long_wait.Next());
  }
  return watch.End(status.error());
}

ExitCode StatusOfWorkload(const CommandContext& context, const Place& place) {
  const auto standing = KindOf(place.resource)->standing;
  const Result<Json> object = ReadWorkload(context, place);
  if (!object.ok()) return StatusWatch(context, place, standing).End(object.error());
  return *WatchStatus(context, place, *object, standing, nullptr);
}

}  // namespace windlass::cli
