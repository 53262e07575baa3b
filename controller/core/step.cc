#include "controller/core/step.h"

#include <utility>

#include "kubeclient/api/parts.h"

namespace windlass {
namespace {

constexpr size_t kAnswerBytesKept = 16384;  // a larger Service is left alone (service_trouble.h)

}  // namespace

Step LookAgainNoLater(Step then, const std::optional<Duration>& due) {
  if (Wait* wait = std::get_if<Wait>(&then)) {
    wait->look_again_in = Sooner(wait->look_again_in, due);
  } else if (Failed* failed = std::get_if<Failed>(&then)) {
    failed->look_again_in = Sooner(failed->look_again_in, due);
  }
  return then;
}

bool IsRefusal(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kForbidden:
    case ErrorKind::kQuotaExceeded:
    case ErrorKind::kInvalid:
    case ErrorKind::kWebhook:
    case ErrorKind::kTimeout: return true;
    default: return false;
  }
}

bool MayPass(ErrorKind kind) { return kind == ErrorKind::kWebhook || kind == ErrorKind::kTimeout; }

bool GoesOnAfter(const Write& write, ErrorKind kind) {
  if (IsRefusal(kind)) return true;
  const bool certain = kind == ErrorKind::kNotFound || kind == ErrorKind::kConflict ||
                       kind == ErrorKind::kAlreadyExists ||
                       kind == ErrorKind::kNamespaceTerminating;
  return certain && write.go_on_if_refused;
}

bool GoesOnAfter(const Read& read, ErrorKind kind) {
  if (kind == ErrorKind::kNotFound) return true;
  const bool answered = IsRefusal(kind) || kind == ErrorKind::kThrottled ||
                        kind == ErrorKind::kServer || kind == ErrorKind::kAlreadyExists ||
                        kind == ErrorKind::kTooLarge;
  return answered && read.go_on_if_refused;
}

Outcome OutcomeOf(const Request& request, Result<Reply> said) {
  Outcome outcome{request.Identity(), std::move(said)};
  const bool lists_pods = request.verb() == Verb::kList && request.resource() == resources::kPods;
  if (!lists_pods || !outcome.said.ok()) return outcome;
  if (request.list_options().limit > 0) {
    Result<std::vector<UnreadyPod>> unready = UnreadyPods(outcome.said->body);
    if (!unready.ok()) return {std::move(outcome.asked), std::move(unready).error()};
    return {.asked = std::move(outcome.asked), .said = Reply{}, .unready = *std::move(unready)};
  }
  Result<std::vector<ListedPod>> pods = ControlledPods(outcome.said->body);
  if (!pods.ok()) return {std::move(outcome.asked), std::move(pods).error()};
  return {std::move(outcome.asked), Reply{}, *std::move(pods)};
}

Outcome OutcomeOf(const Read& read, Result<Reply> said) {
  if (said.ok() && !read.parts.empty()) {
    const bool lists = read.request.verb() == Verb::kList;
    Result<std::string> parts =
        lists ? KeepPartsOfItems(said->body, read.parts) : KeepParts(said->body, read.parts);
    said = parts.ok() ? Result<Reply>(Reply{*std::move(parts)}) : std::move(parts).error();
  }
  return OutcomeOf(read.request, std::move(said));
}

Outcome OutcomeOf(const Write& write, Result<Reply> said) {
  // A sync may write many objects, so a large reply is dropped: the caches hold what was written
  // . The reply to a creation is kept, because the planner compares it with what was sent. A
  // small reply is kept, because the planner checks whether a Service kept what was written to it.
  const bool is_read = write.request.verb() == Verb::kCreate;
  if (said.ok() && !is_read && said->body.size() > kAnswerBytesKept) said = Reply{};
  Outcome outcome = OutcomeOf(write.request, std::move(said));
  outcome.ends_walk = !outcome.said.ok() && !write.go_on_if_refused;
  return outcome;
}

const Outcome* FindOutcome(const Learned& learned, const RequestKey& asked) {
  for (auto it = learned.rbegin(); it != learned.rend(); ++it) {
    if (it->asked == asked) return &*it;
  }
  return nullptr;
}

bool WasSent(const Step& step, const Learned& learned) {
  const Write* write = std::get_if<Write>(&step);
  return write != nullptr && FindOutcome(learned, write->request.Identity()) != nullptr;
}

bool IsPatchOf(const Outcome& outcome, const ResourceId& resource, const ObjectMeta& meta,
               std::string_view subresource) {
  const RequestKey& asked = outcome.asked;
  return asked.verb == Verb::kPatch && asked.resource == resource &&
         asked.subresource == subresource && asked.key == KeyOf(meta);
}

}  // namespace windlass
