// Two Pod templates, one per line: the canonical form, and the looser comparison of
// template_text.h.
#include <nlohmann/json.hpp>
#include <string>

#include "kubeclient/api/canonical.h"
#include "kubeclient/api/template_text.h"
#include "kubeclient/base/assert.h"
#include "test/fuzz/input.h"
#include "test/fuzz/json_text.h"

namespace windlass::fuzz {
namespace {

// The canonical form is its own canonical form, and does not depend on the layout of the text.
void CheckForm(std::string_view text) {
  const Result<std::string> canonical = CanonicalTemplate(text);
  if (!canonical.ok()) {
    WL_ASSERT(canonical.error().kind == ErrorKind::kMalformed);
    return;
  }
  const Result<std::string> again = CanonicalTemplate(*canonical);
  WL_ASSERT(again.ok() && *again == *canonical);
  const std::string hash = ComputeHash(*canonical, 1);
  WL_ASSERT(!hash.empty() && hash.find_first_not_of("456789bcdf") == std::string::npos);

  const auto json = PlainJson(text);
  if (!json) return;
  WL_ASSERT(DifferAtMostInForm(text, text));
  if (HasFractions(*json) || text.find("-0") != std::string_view::npos) return;
  const Result<std::string> indented = CanonicalTemplate(json->dump(2));
  WL_ASSERT(indented.ok() && *indented == *canonical);
  WL_ASSERT(DifferAtMostInForm(text, json->dump(2)));
}

void Check(std::string_view one, std::string_view other) {
  CheckForm(one);
  CheckForm(other);
  WL_ASSERT(DifferAtMostInForm(one, other) == DifferAtMostInForm(other, one));
}

const Target kTarget("template", [](std::string_view bytes) {
  const auto [one, other] = TwoTexts(bytes);
  Check(one, other);
});

}  // namespace
}  // namespace windlass::fuzz
