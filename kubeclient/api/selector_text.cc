#include "kubeclient/api/selector_text.h"

#include <algorithm>
#include <string>
#include <utility>

#include "kubeclient/api/label_syntax.h"

namespace windlass {
namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kSymbols = "=!(),<>";
constexpr size_t kQuotedBytesMax = 80;

std::string Quoted(std::string_view text) {
  return "'" + std::string(text.substr(0, kQuotedBytesMax)) + "'";
}

Error Invalid(std::string message) { return {ErrorKind::kInvalid, std::move(message)}; }

// One token ahead of what it has understood. `in` and `notin` are words like others, and operators
// only behind a key.
class Reader {
 public:
  explicit Reader(std::string_view text) : begin_(text.data()), rest_(text) { Advance(); }

  Result<LabelSelector> Read() {
    LabelSelector selector;
    selector.present = true;
    if (AtEnd()) return selector;
    do {
      WINDLASS_TRY(LabelSelectorRequirement requirement, ReadRequirement());
      selector.match_expressions.push_back(std::move(requirement));
    } while (Take(","));
    if (!AtEnd()) return Unexpected("',' or the end");
    return selector;
  }

 private:
  Result<LabelSelectorRequirement> ReadRequirement() {
    const bool absent = Take("!");
    if (!IsWord()) return Unexpected("a label key");
    if (!IsLabelKey(token_)) {
      return Invalid(Quoted(token_) +
                     " is no label key: letters, digits, '-', '_' and '.', at most 63, beginning "
                     "and ending with a letter or digit; before it a DNS name and '/' may stand");
    }
    LabelSelectorRequirement requirement{.key = token_, .op = {}, .values = {}};
    Advance();
    if (absent || AtEnd() || token_ == ",") {
      requirement.op = absent ? "DoesNotExist" : "Exists";
      return requirement;
    }
    WINDLASS_TRY(const bool list, ReadOperator(requirement));
    WINDLASS_TRY([[maybe_unused]] const Unit read,
                 list ? ReadValues(requirement) : ReadValue(requirement));
    return requirement;
  }

  // Whether a list of values has to follow.
  Result<bool> ReadOperator(LabelSelectorRequirement& requirement) {
    const bool list = token_ == "in" || token_ == "notin";
    if (token_ == "<" || token_ == ">") {
      return Invalid(Quoted(token_) + " compares numbers, which is not supported");
    }
    if (!list && token_ != "=" && token_ != "==" && token_ != "!=") {
      return Unexpected("one of =, ==, !=, in, notin");
    }
    requirement.op = token_ == "notin" || token_ == "!=" ? "NotIn" : "In";
    Advance();
    return list;
  }

  // One value, which is the empty one where no word stands.
  Status ReadValue(LabelSelectorRequirement& requirement) {
    const std::string_view value = IsWord() ? token_ : std::string_view();
    if (!IsLabelValue(value)) {
      return Invalid(Quoted(value) +
                     " is no label value: letters, digits, '-', '_' and '.', at most 63, beginning "
                     "and ending with a letter or digit");
    }
    requirement.values.emplace_back(value);
    if (IsWord()) Advance();
    return Unit{};
  }

  Status ReadValues(LabelSelectorRequirement& requirement) {
    if (!Take("(")) return Unexpected("'('");
    std::vector<Symbol>& values = requirement.values;
    do {
      WINDLASS_TRY([[maybe_unused]] const Unit read, ReadValue(requirement));
    } while (Take(","));
    if (!Take(")")) return Unexpected("',' or ')'");
    std::ranges::sort(values, {}, &Symbol::text);
    const auto repeated = std::ranges::unique(values);
    values.erase(repeated.begin(), repeated.end());
    return Unit{};
  }

  void Advance() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kSpace), rest_.size()));
    size_t size = 1;
    if (rest_.starts_with("==") || rest_.starts_with("!=")) {
      size = 2;
    } else if (!rest_.empty() && kSymbols.find(rest_.front()) == std::string_view::npos) {
      size = std::find_if(rest_.begin(), rest_.end(), EndsWord) - rest_.begin();
    }
    token_ = rest_.substr(0, size);
    rest_.remove_prefix(token_.size());
  }

  static bool EndsWord(char c) {
    return kSpace.find(c) != std::string_view::npos || kSymbols.find(c) != std::string_view::npos;
  }
  bool AtEnd() const { return token_.empty(); }
  bool IsWord() const { return !AtEnd() && !EndsWord(token_.front()); }
  bool Take(std::string_view token) {
    if (token_ != token) return false;
    Advance();
    return true;
  }
  Error Unexpected(const std::string& expected) const {
    if (AtEnd()) return Invalid("expected " + expected + " at the end");
    return Invalid("expected " + expected + ", found " + Quoted(token_) + " at character " +
                   std::to_string(token_.data() - begin_ + 1));
  }

  const char* begin_;
  std::string_view rest_;   // behind `token_`
  std::string_view token_;  // empty at the end
};

}  // namespace

Result<LabelSelector> ParseLabelSelector(std::string_view text) { return Reader(text).Read(); }

}  // namespace windlass
