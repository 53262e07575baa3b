#include "test/sim/api_selector.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>

namespace windlass::sim {
namespace {

using Op = LabelRequirement::Op;

bool Holds(const LabelRequirement& requirement, const Json& labels) {
  const Json& value = At(labels, {requirement.key});
  const bool present = value.is_string();
  const bool listed = present && std::find(requirement.values.begin(), requirement.values.end(),
                                           value.get<std::string>()) != requirement.values.end();
  switch (requirement.op) {
    case Op::kIn: return listed;
    case Op::kNotIn: return !listed;
    case Op::kExists: return present;
    case Op::kAbsent: return !present;
  }
  return false;
}

// Parses the grammar of labelSelector: "a=b,c!=d,e in (f,g),h notin (i),j,!k".
class LabelParser {
 public:
  explicit LabelParser(std::string_view text) : rest_(text) {}

  bool Parse(std::vector<LabelRequirement>& out) {
    Skip();
    while (!rest_.empty()) {
      LabelRequirement requirement;
      if (!One(requirement)) return false;
      out.push_back(std::move(requirement));
      Skip();
      if (rest_.empty()) return true;
      if (!Take(",")) return false;
    }
    return true;
  }
  const std::string& error() const { return error_; }

 private:
  bool One(LabelRequirement& out) {
    const bool absent = Take("!");
    out.key = Word();
    if (out.key.empty()) {
      error_ = "unable to parse requirement: found '" + std::string(rest_.substr(0, 1)) +
               "', expected: identifier";
      return false;
    }
    if (absent) {
      out.op = Op::kAbsent;
      return true;
    }
    if (Take("!=")) return Single(out, Op::kNotIn);
    if (Take("==") || Take("=")) return Single(out, Op::kIn);
    const std::string_view before = rest_;
    const std::string word = Word();
    if (word == "in" || word == "notin") {
      out.op = word == "in" ? Op::kIn : Op::kNotIn;
      return Values(out);
    }
    rest_ = before;
    return true;  // "key" alone: the label exists
  }

  bool Single(LabelRequirement& out, Op op) {
    out.op = op;
    out.values.push_back(Word());
    return true;
  }

  bool Values(LabelRequirement& out) {
    if (!Take("(")) {
      error_ = "unable to parse requirement: found '" + std::string(rest_.substr(0, 1)) +
               "', expected: '('";
      return false;
    }
    for (;;) {
      out.values.push_back(Word());
      if (Take(")")) return true;
      if (!Take(",")) {
        error_ = "unable to parse requirement: found '', expected: ',', ')' or identifier";
        return false;
      }
    }
  }

  void Skip() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }
  bool Take(std::string_view token) {
    Skip();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  std::string Word() {
    Skip();
    size_t end = 0;
    while (end < rest_.size() &&
           (std::isalnum(static_cast<unsigned char>(rest_[end])) != 0 ||
            std::string_view("-_./").find(rest_[end]) != std::string_view::npos)) {
      ++end;
    }
    std::string word(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return word;
  }

  std::string_view rest_;
  std::string error_ = "unable to parse requirement";
};

constexpr std::array<std::string_view, 8> kPodFields = {
    "spec.nodeName",    "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
    "spec.hostNetwork", "status.phase",       "status.podIP",       "status.nominatedNodeName"};
constexpr std::array<std::string_view, 11> kEventFields = {"involvedObject.kind",
                                                           "involvedObject.namespace",
                                                           "involvedObject.name",
                                                           "involvedObject.uid",
                                                           "involvedObject.apiVersion",
                                                           "involvedObject.resourceVersion",
                                                           "involvedObject.fieldPath",
                                                           "reason",
                                                           "reportingComponent",
                                                           "source",
                                                           "type"};

bool KnownField(const ApiResource& resource, const std::string& field) {
  if (field == "metadata.name" || field == "metadata.namespace") return true;
  if (resource.resource == resources::kPods) {
    return std::find(kPodFields.begin(), kPodFields.end(), field) != kPodFields.end();
  }
  if (resource.resource == resources::kEvents) {
    return std::find(kEventFields.begin(), kEventFields.end(), field) != kEventFields.end();
  }
  return resource.resource == resources::kNamespaces && field == "status.phase";
}

ApiAnswer UnknownField(const ApiResource& resource, const std::string& field) {
  if (resource.resource == resources::kPods || resource.resource == resources::kEvents) {
    return BadRequest("field label not supported: " + field);
  }
  return BadRequest("\"" + field + "\" is not a known field selector: only \"metadata.name\", " +
                    "\"metadata.namespace\"");
}

std::string FieldValue(const Json& object, const std::string& field) {
  const Json* here = &object;
  std::string_view rest = field;
  for (;;) {
    const size_t dot = rest.find('.');
    here = &At(*here, {rest.substr(0, dot)});
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  return here->is_string() ? here->get<std::string>() : std::string();
}

std::optional<ApiAnswer> ParseFields(const ApiResource& resource, std::string_view text,
                                     std::vector<FieldRequirement>& out) {
  while (!text.empty()) {
    const size_t comma = text.find(',');
    const std::string_view term = text.substr(0, comma);
    text = comma == std::string_view::npos ? "" : text.substr(comma + 1);
    if (term.empty()) continue;
    FieldRequirement requirement;
    size_t equals = term.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return BadRequest("invalid selector: '" + std::string(term) + "'; can't understand '" +
                        std::string(term) + "'");
    }
    requirement.negated = term[equals - 1] == '!';
    requirement.field = term.substr(0, requirement.negated ? equals - 1 : equals);
    if (!requirement.negated && equals + 1 < term.size() && term[equals + 1] == '=') ++equals;
    requirement.value = term.substr(equals + 1);
    if (!KnownField(resource, requirement.field)) return UnknownField(resource, requirement.field);
    out.push_back(std::move(requirement));
  }
  return std::nullopt;
}

}  // namespace

bool ObjectFilter::Matches(const Json& object) const {
  if (!namespace_.empty() && NamespaceOf(object) != namespace_) return false;
  if (!name.empty() && NameOf(object) != name) return false;
  const Json& own = At(object, {"metadata", "labels"});
  for (const LabelRequirement& requirement : labels) {
    if (!Holds(requirement, own)) return false;
  }
  for (const FieldRequirement& requirement : fields) {
    const bool equal = FieldValue(object, requirement.field) == requirement.value;
    if (equal == requirement.negated) return false;
  }
  return true;
}

std::optional<ApiAnswer> ParseFilter(const ApiPath& path, ObjectFilter& filter) {
  filter.namespace_ = path.namespace_;
  filter.name = path.name;
  const std::string selector = path.Query("labelSelector");
  LabelParser labels(selector);
  if (!labels.Parse(filter.labels)) return BadRequest(labels.error());
  return ParseFields(*path.resource, path.Query("fieldSelector"), filter.fields);
}

Json LabelSelectorOf(const Json& object) {
  const Json& selector = At(object, {"spec", "selector"});
  const bool map = TextAt(object, {"kind"}) == resources::kReplicationControllers.kind;
  if (!map || !selector.is_object()) return selector;
  Json wrapped;
  wrapped["matchLabels"] = selector;
  return wrapped;
}

bool SelectorMatches(const Json& label_selector, const Json& labels) {
  if (!label_selector.is_object()) return false;
  const Json& exact = At(label_selector, {"matchLabels"});
  if (exact.is_object()) {
    for (const auto& [key, value] : exact.items()) {
      if (At(labels, {key}) != value) return false;
    }
  }
  const Json& expressions = At(label_selector, {"matchExpressions"});
  if (!expressions.is_array()) return true;
  for (const Json& expression : expressions) {
    LabelRequirement requirement;
    requirement.key = TextAt(expression, {"key"});
    const std::string op = TextAt(expression, {"operator"});
    requirement.op = op == "In"       ? Op::kIn
                     : op == "NotIn"  ? Op::kNotIn
                     : op == "Exists" ? Op::kExists
                                      : Op::kAbsent;
    const Json& values = At(expression, {"values"});
    if (values.is_array()) requirement.values = values.get<std::vector<std::string>>();
    if (!Holds(requirement, labels)) return false;
  }
  return true;
}

}  // namespace windlass::sim
