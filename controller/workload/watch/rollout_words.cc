#include "controller/workload/watch/rollout_words.h"

#include <algorithm>

namespace windlass {

std::string_view RolloutWords::CauseOf(std::string_view reason) const {
  const auto known = std::ranges::find(causes, reason);
  return known != causes.end() ? *known : kOtherCause;
}

std::vector<LabelWords> LabelWordsOf(const RolloutWords& words) {
  return {{"kind", {words.kind}},  {"strategy", words.strategies}, {"phase", words.phases},
          {"cause", words.causes}, {"trigger", words.triggers},    {"outcome", words.outcomes}};
}

}  // namespace windlass
