#include "cmd/kubectl-windlass/answer.h"

#include <nlohmann/json.hpp>
#include <utility>

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

}  // namespace windlass::cli
