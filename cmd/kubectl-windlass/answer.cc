#include "cmd/kubectl-windlass/answer.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/kind.h"
#include "kubeclient/client/paths.h"

namespace windlass::cli {
namespace {

// How often the object is read.
constexpr milliseconds kAnswerPoll{250};

}  // namespace

Result<std::optional<Json>> WaitForAnswer(const CommandContext& context, const Place& place,
                                          const std::function<bool(const Json& object)>& answered) {
  Session& session = context.session;
  const MonotonicTime end = session.clock().Now() + kAnswerMax;
  for (;;) {
    // The right to get is enough: no list, no watch.
    WINDLASS_TRY(Json object, ReadObject(session, place));
    if (answered(object)) return std::optional<Json>(std::move(object));
    if (session.clock().Now() >= end) return std::optional<Json>();
    WINDLASS_TRY([[maybe_unused]] const Unit waited,
                 session.Wait([] { return false; }, kAnswerPoll));
  }
}

ExitCode TellUnanswered(const CommandContext& context, const Place& place,
                        const Result<std::optional<Json>>& answer, const Json& withdrawal,
                        const std::string& by_hand) {
  Session& session = context.session;
  const bool ended = session.interrupted() || session.timed_out();
  if (!answer.ok() && !ended) return Report(session, context.console, answer.error());
  std::string text = session.interrupted() ? "interrupted: "
                     : ended               ? "timed out waiting for the condition: "
                                           : "";
  text += ObjectName(place.resource, place.name);
  const std::string unseen =
      ended ? "Windlass had not looked at the request yet"
            : "Windlass has not looked at the request for " + std::to_string(kAnswerMax.count()) +
                  " s, so check that it runs in the cluster, with --controllers=" +
                  KindWord(place.resource);
  HttpRequest request;
  request.method = HttpMethod::kPatch;
  request.target = ResourcePath(place.resource, place.namespace_, place.name);
  AddQuery(request.target, "fieldManager", kPluginFieldManager);
  request.content_type = kJsonPatch;
  request.body = withdrawal.dump();
  if (session.SendLast(std::move(request), Verb::kPatch).ok()) {
    text += " is not rolled back: the request is taken away again. " + unseen;
  } else {
    text += " may still be rolled back: " + unseen + ", and the request could not be taken away; " +
            by_hand + " does that";
  }
  const ExitCode code = Report(session, context.console, {ErrorKind::kCancelled, std::move(text)});
  return ended ? code : ExitCode::kTimeout;
}

}  // namespace windlass::cli
