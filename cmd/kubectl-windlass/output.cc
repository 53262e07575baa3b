#include "cmd/kubectl-windlass/output.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <set>

#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/kind.h"

namespace windlass::cli {
namespace {

constexpr int kIndent = 4;  // of JSON, as with kubectl

// Returns true if YAML reads `text` without quotes as the same text. Examples: true for "web" and
// "app:v1"; false for "5", "true" and "a: b". For some texts that need no quotes, such as
// "/bin/sh", returns false nevertheless.
bool IsPlain(const std::string& text) {
  if (text.empty() || std::isalpha(static_cast<unsigned char>(text[0])) == 0) return false;
  if (text.back() == ' ' || text.back() == ':') return false;
  if (text.find_first_of("\"'#{}[],&*!|>%@`\\\n\t\r") != std::string::npos) return false;
  if (text.find(": ") != std::string::npos) return false;
  static const std::set<std::string_view> kYamlWords = {"true", "false", "null", "yes", "no",
                                                        "on",   "off",   "y",    "n"};
  std::string lower = text;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return !kYamlWords.contains(lower);
}

// Returns true if a YAML reader gets the same text back from a block scalar (|) with `text`:
//   - it ends with exactly one line end
//   - its first line is not empty, and does not begin with a space
//   - all characters but line ends are printable ASCII
bool IsBlock(const std::string& text) {
  if (text.size() < 2 || !text.ends_with('\n') || text.ends_with("\n\n")) return false;
  if (text.front() == ' ' || text.front() == '\n') return false;
  return std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); });
}

// Writes a text in a form that a YAML reader reads as the same text.
void EmitText(YAML::Emitter& emitter, const std::string& text) {
  if (IsPlain(text)) {
    emitter << text;
  } else if (IsBlock(text)) {
    emitter << YAML::Literal << text;
  } else {
    emitter << YAML::DoubleQuoted << text;
  }
}

void Emit(YAML::Emitter& emitter, const Json& value) {
  if (value.is_object()) {
    if (value.empty()) emitter << YAML::Flow;
    emitter << YAML::BeginMap;
    for (const auto& [key, member] : value.items()) {
      emitter << YAML::Key;
      EmitText(emitter, key);
      emitter << YAML::Value;
      Emit(emitter, member);
    }
    emitter << YAML::EndMap;
  } else if (value.is_array()) {
    if (value.empty()) emitter << YAML::Flow;
    emitter << YAML::BeginSeq;
    for (const Json& item : value) Emit(emitter, item);
    emitter << YAML::EndSeq;
  } else if (value.is_string()) {
    EmitText(emitter, value.get_ref<const std::string&>());
  } else if (value.is_null()) {
    emitter << YAML::Null;
  } else {
    emitter << value.dump();
  }
}

Json WithType(const Json& object, const ResourceId& resource) {
  Json typed = object;
  if (!typed.contains("kind")) {
    typed["apiVersion"] = resource.GroupVersion();
    typed["kind"] = std::string(resource.kind);
  }
  if (typed["metadata"].is_object()) typed["metadata"].erase("managedFields");
  return typed;
}

}  // namespace

std::string PrintValue(const Json& value, OutputFormat format) {
  if (format != OutputFormat::kYaml) {
    return value.dump(kIndent, ' ', false, Json::error_handler_t::replace) + '\n';
  }
  YAML::Emitter emitter;
  emitter.SetNullFormat(YAML::LowerNull);
  Emit(emitter, value);
  return std::string(emitter.c_str()) + '\n';
}

std::string Print(const Json& object, const ResourceId& resource, OutputFormat format) {
  if (format == OutputFormat::kName || format == OutputFormat::kText) {
    return ObjectName(resource, TextOf(object, "/metadata/name")) + '\n';
  }
  return PrintValue(WithType(object, resource), format);
}

std::string PrintList(const std::vector<const Json*>& objects, const ResourceId& resource,
                      OutputFormat format) {
  if (format == OutputFormat::kName || format == OutputFormat::kText) {
    std::string names;
    for (const Json* object : objects) names += Print(*object, resource, format);
    return names;
  }
  Json items = Json::array();
  for (const Json* object : objects) items.push_back(WithType(*object, resource));
  return PrintValue({{"apiVersion", "v1"}, {"items", std::move(items)}, {"kind", "List"}}, format);
}

}  // namespace windlass::cli
