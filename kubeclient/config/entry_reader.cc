#include "kubeclient/config/entry_reader.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "kubeclient/config/read_file.h"
#include "kubeclient/config/yaml_scalar.h"
#include "kubeclient/transport/base64.h"

namespace windlass {

bool EntryReader::Says(const char* key) const {
  const YamlNode* field = entry_.node.Find(key);
  return field != nullptr &&
         !(field->scalar.empty() && field->items.empty() && field->fields.empty());
}

Error EntryReader::Wrong(const std::string& key, const std::string& what) const {
  const YamlNode* field = entry_.node.Find(key);
  const int line = field != nullptr ? field->line : entry_.node.line;
  return {ErrorKind::kConfig, "kubeconfig " + entry_.path + " line " + std::to_string(line) + ": " +
                                  what_ + ": " + key + ": " + what};
}

Result<std::string> EntryReader::Text(const char* key) const {
  const YamlNode* field = entry_.node.Find(key);
  if (field == nullptr) return std::string();
  if (field->kind != YamlNode::Kind::kScalar) return Wrong(key, "must be a string");
  return field->scalar;
}

Result<bool> EntryReader::Flag(const char* key) const {
  WINDLASS_TRY(const std::string text, Text(key));
  const YamlNode* field = entry_.node.Find(key);
  if (field != nullptr && field->plain) {
    const YamlScalar value = ResolveYamlScalar(text);
    if (const bool* flag = std::get_if<bool>(&value)) return *flag;
  }
  if (text == "true") return true;
  if (text.empty() || text == "false") return false;
  return Wrong(key, "must be true or false");
}

Status EntryReader::OnlyKnows(std::initializer_list<std::string_view> known) const {
  for (const auto& [key, value] : entry_.node.fields) {
    if (value.IsNull() || std::find(known.begin(), known.end(), key) != known.end()) continue;
    return Wrong(key, "is not a known field: correct its name or remove it");
  }
  return Unit{};
}

Result<std::vector<std::string>> EntryReader::Texts(const char* key) const {
  std::vector<std::string> texts;
  const YamlNode* field = entry_.node.Find(key);
  if (field == nullptr) return texts;
  if (field->kind != YamlNode::Kind::kSequence) return Wrong(key, "must be a list of strings");
  for (const YamlNode& item : field->items) {
    if (item.kind != YamlNode::Kind::kScalar) return Wrong(key, "must be a list of strings");
    texts.push_back(item.scalar);
  }
  return texts;
}

Result<EntryReader::TextLists> EntryReader::TextListsOf(const char* key) const {
  TextLists lists;
  const YamlNode* field = entry_.node.Find(key);
  if (field == nullptr) return lists;
  if (field->kind != YamlNode::Kind::kMap) {
    return Wrong(key, "must be a map whose values are lists of strings");
  }
  const KubeconfigEntry inner{entry_.path, *field};
  const EntryReader reader(inner, what_ + ": " + key);
  for (const auto& [name, value] : field->fields) {
    WINDLASS_TRY(std::vector<std::string> texts, reader.Texts(name.c_str()));
    lists.emplace_back(name, std::move(texts));
  }
  return lists;
}

Result<std::string> EntryReader::FileOf(const std::string& key) const {
  WINDLASS_TRY(const std::string data, Text((key + "-data").c_str()));
  WINDLASS_TRY(const std::string path, Text(key.c_str()));
  return data.empty() && !path.empty() ? AbsolutePath(path) : std::string();
}

Result<std::string> EntryReader::DataOrFile(const std::string& key, size_t bytes_max) const {
  const std::string data_key = key + "-data";
  WINDLASS_TRY(const std::string data, Text(data_key.c_str()));
  if (!data.empty()) {
    std::optional<std::string> bytes = DecodeBase64(data);
    if (!bytes) return Wrong(data_key, "is not base64: encode the PEM file with base64 -w0");
    // A value that decodes to nothing is an error. If such a CA counted as absent, we would trust
    // the CAs of the system instead. A value "" counts as absent, as in client-go.
    if (bytes->empty()) return Wrong(data_key, "is empty");
    return *std::move(bytes);
  }
  WINDLASS_TRY(const std::string path, Text(key.c_str()));
  if (path.empty()) return std::string();
  Result<std::string> bytes = ReadFile(AbsolutePath(path), bytes_max);
  if (!bytes.ok()) return Wrong(key, bytes.error().message);
  if (bytes->empty()) return Wrong(key, AbsolutePath(path) + ": is empty");
  return bytes;
}

std::string EntryReader::AbsolutePath(const std::string& path) const {
  std::error_code failure;  // set if the working directory is gone
  const std::filesystem::path file = std::filesystem::absolute(entry_.path, failure);
  const std::filesystem::path& base = failure ? std::filesystem::path(entry_.path) : file;
  return (base.parent_path() / path).lexically_normal().string();
}

}  // namespace windlass
