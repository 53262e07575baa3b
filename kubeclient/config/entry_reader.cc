#include "kubeclient/config/entry_reader.h"

#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include "kubeclient/config/read_file.h"

namespace windlass {
namespace {

int Base64Value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

}  // namespace

std::optional<std::string> DecodeBase64(std::string_view text) {
  std::string bytes;
  uint32_t bits = 0;
  int held = 0;  // characters of the present group of four
  int padding = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
    const int value = c == '=' ? 0 : Base64Value(c);
    if (value < 0 || (padding > 0 && c != '=')) return std::nullopt;
    if (c == '=') ++padding;
    bits = (bits << 6U) | static_cast<uint32_t>(value);
    if (++held < 4) continue;
    if (padding > 2) return std::nullopt;
    for (int i = 0; i < 3 - padding; ++i) {
      bytes += static_cast<char>((bits >> (16U - 8U * static_cast<uint32_t>(i))) & 0xFFU);
    }
    bits = 0;
    held = 0;
  }
  if (held != 0) return std::nullopt;
  return bytes;
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
  if (field->kind != YamlNode::Kind::kScalar) return Wrong(key, "must be a text");
  return field->scalar;
}

Result<bool> EntryReader::Flag(const char* key) const {
  WINDLASS_TRY(const std::string text, Text(key));
  if (text == "true") return true;
  if (text.empty() || text == "false") return false;
  return Wrong(key, "must be true or false");
}

Result<std::string> EntryReader::DataOrFile(const std::string& key, size_t bytes_max) const {
  const std::string data_key = key + "-data";
  WINDLASS_TRY(const std::string data, Text(data_key.c_str()));
  if (!data.empty()) {
    std::optional<std::string> bytes = DecodeBase64(data);
    if (!bytes) return Wrong(data_key, "is not base64: encode the PEM file with base64 -w0");
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
  std::error_code failure;  // of the working directory, which may be gone
  const std::filesystem::path file = std::filesystem::absolute(entry_.path, failure);
  const std::filesystem::path& base = failure ? std::filesystem::path(entry_.path) : file;
  return (base.parent_path() / path).lexically_normal().string();
}

}  // namespace windlass
