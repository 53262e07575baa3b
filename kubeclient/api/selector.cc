#include "kubeclient/api/selector.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "kubeclient/api/object_meta.h"

namespace windlass {
namespace {

enum class Operator : uint8_t { kIn, kNotIn, kExists, kDoesNotExist };

std::optional<Operator> ParseOperator(std::string_view text) {
  if (text == "In") return Operator::kIn;
  if (text == "NotIn") return Operator::kNotIn;
  if (text == "Exists") return Operator::kExists;
  if (text == "DoesNotExist") return Operator::kDoesNotExist;
  return std::nullopt;
}

bool TakesValues(Operator op) { return op == Operator::kIn || op == Operator::kNotIn; }

std::optional<Operator> ValidOperator(const LabelSelectorRequirement& requirement) {
  const std::optional<Operator> op = ParseOperator(requirement.op);
  if (!op || TakesValues(*op) == requirement.values.empty()) return std::nullopt;
  return op;
}

bool Satisfies(const StringMap& labels, const LabelSelectorRequirement& requirement, Operator op) {
  const std::optional<std::string_view> value = labels.Find(requirement.key);
  switch (op) {
    case Operator::kIn: return value && requirement.values.Contains(*value);
    case Operator::kNotIn: return !value || !requirement.values.Contains(*value);
    case Operator::kExists: return value.has_value();
    case Operator::kDoesNotExist: return !value;
  }
  return false;
}

std::string QueryOf(const LabelSelectorRequirement& requirement, Operator op) {
  std::string key(requirement.key.text());
  if (op == Operator::kExists) return key;
  if (op == Operator::kDoesNotExist) return "!" + key;
  std::string query = key + (op == Operator::kIn ? " in (" : " notin (");
  for (const Symbol& value : requirement.values) {
    if (&value != &*requirement.values.begin()) query += ',';
    query += value.text();
  }
  return query + ")";
}

}  // namespace

size_t BytesOf(const LabelSelector& selector) {
  size_t bytes = selector.match_labels.bytes() +
                 selector.match_expressions.capacity() * sizeof(LabelSelectorRequirement);
  for (const LabelSelectorRequirement& requirement : selector.match_expressions) {
    bytes += requirement.values.bytes();
  }
  return bytes;
}

size_t TextBytesOf(const LabelSelector& selector) {
  size_t bytes = selector.match_labels.text_bytes();
  for (const LabelSelectorRequirement& requirement : selector.match_expressions) {
    for (const Symbol& text : {requirement.key, requirement.op}) {
      bytes += text.text().size() + SymbolTable::kBytesOfEntry;
    }
    bytes += requirement.values.text_bytes();
  }
  return bytes;
}

void Cut(LabelSelector& selector) {
  if (TextBytesOf(selector) > kLabelBytesOfCut) selector = {};
}

LabelSelector SelectorOf(StringMap labels) {
  return {.present = true, .match_labels = std::move(labels), .match_expressions = {}};
}

Status Validate(const LabelSelector& selector) {
  for (const LabelSelectorRequirement& requirement : selector.match_expressions) {
    if (ValidOperator(requirement)) continue;
    const std::optional<Operator> op = ParseOperator(requirement.op);
    const std::string about = "selector requirement on \"" + std::string(requirement.key.text()) +
                              "\": operator \"" + std::string(requirement.op.text()) + "\" ";
    const std::string_view why = !op ? "is not one of In, NotIn, Exists, DoesNotExist"
                                 : TakesValues(*op) ? "needs at least one value"
                                                    : "does not allow values";
    return Error{ErrorKind::kInvalid, about + std::string(why)};
  }
  return Unit{};
}

bool Matches(const LabelSelector& selector, const StringMap& labels) {
  if (!selector.present) return false;
  const bool pairs_hold = std::all_of(
      selector.match_labels.begin(), selector.match_labels.end(), [&](const StringMap::Pair& pair) {
        return labels.Find(pair.first) == std::optional(pair.second.text());
      });
  if (!pairs_hold) return false;
  return std::all_of(selector.match_expressions.begin(), selector.match_expressions.end(),
                     [&](const LabelSelectorRequirement& requirement) {
                       const std::optional<Operator> op = ValidOperator(requirement);
                       return op && Satisfies(labels, requirement, *op);
                     });
}

std::string ToQuery(const LabelSelector& selector) {
  std::string query;
  const auto add = [&](const std::string& requirement) {
    if (!query.empty()) query += ',';
    query += requirement;
  };
  for (const auto& [key, value] : selector.match_labels) {
    add(std::string(key.text()) + "=" + std::string(value.text()));
  }
  for (const LabelSelectorRequirement& requirement : selector.match_expressions) {
    const std::optional<Operator> op = ValidOperator(requirement);
    if (!op) return std::string(kMatchesNothing);
    add(QueryOf(requirement, *op));
  }
  return selector.present ? query : std::string(kMatchesNothing);
}

}  // namespace windlass
