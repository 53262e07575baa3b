#include "controller/step.h"

namespace windlass {

const Outcome* FindOutcome(const Learned& learned, const RequestKey& asked) {
  for (auto it = learned.rbegin(); it != learned.rend(); ++it) {
    if (it->asked == asked) return &*it;
  }
  return nullptr;
}

}  // namespace windlass
