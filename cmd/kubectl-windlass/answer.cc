#include "cmd/kubectl-windlass/answer.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/installed_crd.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/kind.h"
#include "cmd/kubectl-windlass/unobserved.h"

namespace windlass::cli {
namespace {

// The pause between two reads of the object.
constexpr milliseconds kAnswerPoll{250};

// Sends `patch`, which withdraws the request. Returns true if the API server has accepted the
// patch; false if it has not, or if `patch` is null.
bool Withdraw(Session& session, const Place& place, const Json& patch) {
  if (patch.is_null()) return false;
  return session
      .SendLast(PatchRequest(place, {kJsonPatch, patch.dump(), kPluginFieldManager}), Verb::kPatch)
      .ok();
}

// Returns why Windlass has not answered the request within kAnswerMax. Call this before the request
// is withdrawn: the withdrawal raises the generation, and WhyNotCarriedOut ignores conditions of an
// earlier generation.
std::string WhyUnanswered(Session& session, const Place& place) {
  const std::string longest = std::to_string(kAnswerMax.count()) + " s: ";
  const Result<Json> object = ReadObject(session, place);
  const Json* why = object.ok() ? WhyNotCarriedOut(*object) : nullptr;
  if (why != nullptr) {
    return "Windlass has seen the request, but has not carried it out within " + longest +
           TextOf(*why, "/message");
  }
  return "Windlass has not looked at the request for " + longest +
         WhyUnseen(session, place.resource,
                   "check that Windlass runs in the cluster, with --controllers=" +
                       KindWord(place.resource));
}

}  // namespace

Result<std::optional<Json>> WaitForAnswer(const CommandContext& context, const Place& place,
                                          const std::function<bool(const Json& object)>& answered) {
  Session& session = context.session;
  const MonotonicTime end = session.clock().Now() + kAnswerMax;
  for (;;) {
    // Polls with GET, so that the user needs no right to list or watch.
    WINDLASS_TRY(Json object, ReadObject(session, place));
    if (answered(object)) return std::optional<Json>(std::move(object));
    if (session.clock().Now() >= end) return std::optional<Json>();
    WINDLASS_TRY([[maybe_unused]] const Unit waited,
                 session.Wait([] { return false; }, kAnswerPoll));
  }
}

ExitCode TellUnanswered(const CommandContext& context, const Place& place,
                        const Result<std::optional<Json>>& answer, const Withdrawal& withdrawal) {
  Session& session = context.session;
  const bool ended = session.interrupted() || session.timed_out();
  const bool failed = !answer.ok() && !ended;
  if (failed && answer.error().kind == ErrorKind::kNotFound) {
    return Report(session, context.console, answer.error());
  }
  std::string text = session.interrupted() ? "interrupted: "
                     : ended               ? "timed out waiting for the condition: "
                     : failed              ? answer.error().message + ": "
                                           : "";
  text += ObjectName(place.resource, place.name);
  const std::string unseen =
      ended || failed ? "Windlass had not answered the request yet" : WhyUnanswered(session, place);
  const bool withdrawn = Withdraw(session, place, withdrawal.patch);
  if (withdrawn) {
    text += " is not rolled back: this command has withdrawn its request. " + unseen +
            (withdrawal.then.empty() ? "" : ". " + withdrawal.then);
  } else {
    text += " may still be rolled back: " + unseen + ". " +
            (withdrawal.patch.is_null() ? "Another client had made the same request before"
                                        : "This command could not withdraw its request") +
            ". To withdraw the request: " + withdrawal.by_hand;
  }
  const ExitCode code = Report(session, context.console, {ErrorKind::kCancelled, std::move(text)});
  return ended || failed ? code : ExitCode::kTimeout;
}

}  // namespace windlass::cli
