#include "controller/step.h"

namespace windlass {

Step LookAgainNoLater(Step then, const std::optional<Duration>& due) {
  if (Wait* wait = std::get_if<Wait>(&then)) {
    wait->look_again_in = Sooner(wait->look_again_in, due);
  } else if (Failed* failed = std::get_if<Failed>(&then)) {
    failed->look_again_in = Sooner(failed->look_again_in, due);
  }
  return then;
}

const Outcome* FindOutcome(const Learned& learned, const RequestKey& asked) {
  for (auto it = learned.rbegin(); it != learned.rend(); ++it) {
    if (it->asked == asked) return &*it;
  }
  return nullptr;
}

bool IsPatchOf(const Outcome& outcome, Resource resource, const ObjectMeta& meta,
               std::string_view subresource) {
  const RequestKey& asked = outcome.asked;
  return asked.verb == Verb::kPatch && asked.resource == resource &&
         asked.subresource == subresource && asked.key == KeyOf(meta);
}

}  // namespace windlass
