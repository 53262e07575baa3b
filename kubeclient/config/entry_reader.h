// One cluster, user or context of a kubeconfig while its fields are being read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/base/result.h"
#include "kubeclient/config/kubeconfig_file.h"

namespace windlass {

class EntryReader {
 public:
  // `what` as in messages: "user \"admin\"". The entry must outlive the reader.
  EntryReader(const KubeconfigEntry& entry, std::string what)
      : entry_(entry), what_(std::move(what)) {}

  bool Has(const char* key) const { return entry_.node.Find(key) != nullptr; }
  // A text; empty when the field is absent.
  Result<std::string> Text(const char* key) const;
  // true or false; false when the field is absent.
  Result<bool> Flag(const char* key) const;
  // The content of "<key>-data" (base64), or else of the file that `key` names; empty when both are
  // absent.
  Result<std::string> DataOrFile(const std::string& key, size_t bytes_max) const;
  // Relative to the folder of the file that the entry stands in.
  std::string AbsolutePath(const std::string& path) const;

  // "kubeconfig /path line 7: user \"admin\": exec: <what>"
  Error Wrong(const std::string& key, const std::string& what) const;

 private:
  const KubeconfigEntry& entry_;
  const std::string what_;
};

// Standard base64; blanks and line ends are skipped. Nothing when it is malformed.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace windlass
