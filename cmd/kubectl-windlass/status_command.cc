// status: prints a sentence whenever it changes, until the rollout ends, is held, or --timeout has
// passed.
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/follow.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/long_wait.h"
#include "cmd/kubectl-windlass/output.h"
#include "cmd/kubectl-windlass/standing.h"
#include "cmd/kubectl-windlass/unobserved.h"

namespace windlass::cli {
namespace {

// Follows one rollout. Its template is the one that the object had at first: another one is a newer
// rollout.
class StatusWatch {
 public:
  StatusWatch(const CommandContext& context, const Place& place)
      : context_(context), place_(place) {}

  // Prints where `object` stands if that is news. Returns the exit code if the command ends.
  std::optional<ExitCode> Look(const Json& object);
  // Prints the error at which the command ends.
  ExitCode End(const Error& error);
  ExitCode End(ExitCode code, const std::string& why);

 private:
  std::optional<Standing> Superseded(const Json& object, const Standing& standing);
  bool IsOtherRevision(const Standing& standing) const;
  void Say(const Standing& standing, bool final);

  const CommandContext& context_;
  const Place& place_;
  std::optional<Json> template_;
  bool rolls_back_ = false;  // the last object had spec.rollbackTo
  std::string said_;
  Standing last_;
};

// Returns how the rollout ended if another one took its place, or nullopt.
std::optional<Standing> StatusWatch::Superseded(const Json& object, const Standing& standing) {
  const Json* now = FieldOf(object, "/spec/template");
  // A rollback that was asked for before is what the user waits for.
  const bool rolls_back = FieldOf(object, "/spec/rollbackTo") != nullptr;
  if (!template_ || rolls_back || std::exchange(rolls_back_, rolls_back)) {
    template_ = now == nullptr ? Json() : *now;
    rolls_back_ = rolls_back;
    return std::nullopt;
  }
  if (now == nullptr || *now == *template_ || !IsObserved(object)) return std::nullopt;
  Standing ended = standing;
  ended.sentence.clear();
  const std::string who = KindWord(place_.resource) + " \"" + place_.name + '"';
  const std::string revision = std::to_string(standing.revision);
  const bool back = NumberOf(object, "/status/rolledBack/generation") ==
                    NumberOf(object, "/metadata/generation", -1);
  if (back) ended.phase = "RolledBack";
  ended.ends = back ? ExitCode::kAborted : ExitCode::kSuperseded;
  ended.why = back ? who + " was rolled back meanwhile; it has revision " + revision + " now"
                   : who + " got another template meanwhile, revision " + revision +
                         ": run the command again to wait for that one";
  return ended;
}

bool StatusWatch::IsOtherRevision(const Standing& standing) const {
  const int64_t wanted = context_.line.revision;
  return wanted > 0 && standing.revision > 0 && standing.revision != wanted;
}

// Writes one line of -o json, or one document of -o yaml.
void StatusWatch::Say(const Standing& standing, bool final) {
  const OutputFormat format = context_.line.output;
  if (format == OutputFormat::kText) {
    if (standing.sentence.empty() || standing.sentence == said_) return;
    said_ = standing.sentence;
    context_.console.Line(standing.sentence);
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
                {"message", standing.sentence.empty() ? standing.why : standing.sentence},
                {"desired", standing.desired},
                {"updated", standing.updated},
                {"available", standing.available},
                {"revision", standing.revision},
                {"final", final}};
  if (final && standing.ends) event["exitCode"] = Number(*standing.ends);
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
  if (context_.line.output != OutputFormat::kText) Say(last_, true);
  context_.console.Error(why);
  return code;
}

std::optional<ExitCode> StatusWatch::Look(const Json& object) {
  Standing standing = StandingOf(object, place_.resource);
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
  Say(standing, ends || !context_.line.watch);
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
  const std::string object = ShortName(place_.resource, place_.name);
  return End(ExitCode::kTimeout, "timed out waiting for the condition: the rollout of " + object +
                                     " is still under way; kubectl windlass get " + object +
                                     " -n " + place_.namespace_ + " shows what it waits for");
}

ExitCode StatusOf(const CommandContext& context, const Place& place) {
  StatusWatch watch(context, place);
  const Result<Json> object = ReadWorkload(context, place);
  if (!object.ok()) return watch.End(object.error());
  if (const auto code = watch.Look(*object)) return *code;
  Follow follow(context.session,
                {{place.resource, place.namespace_, "", "metadata.name=" + place.name}});
  LongWait long_wait(context);
  Status status = follow.Start();
  while (status.ok()) {
    const std::vector<const Json*> found = follow.Objects(0);
    if (found.empty()) {
      return watch.End(ExitCode::kError,
                       ObjectName(place.resource, place.name) + " has been deleted");
    }
    if (const auto code = watch.Look(*found.front())) return *code;
    long_wait.Look(UnobservedText(*found.front(), place));
    status = follow.NextChange(long_wait.Next());
  }
  return watch.End(status.error());
}

}  // namespace

ExitCode RunStatus(const CommandContext& context) { return ForOneObject(context, &StatusOf); }

}  // namespace windlass::cli
