// One cluster, user or context of a kubeconfig while its fields are being read.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kubeclient/base/result.h"
#include "kubeclient/config/kubeconfig_file.h"

namespace windlass {

class EntryReader {
 public:
  // `what` as in messages: "user \"admin\"". The entry must outlive the reader.
  EntryReader(const KubeconfigEntry& entry, std::string what)
      : entry_(entry), what_(std::move(what)) {}

  bool Has(const char* key) const { return entry_.node.Find(key) != nullptr; }
  // As Has, but "", [] and {} say nothing, as in client-go.
  bool Says(const char* key) const;
  // Refuses any field that is not one of `known`: passing it over could make us somebody else.
  Status OnlyKnows(std::initializer_list<std::string_view> known) const;
  // A text; empty when the field is absent.
  Result<std::string> Text(const char* key) const;
  // true or false; false when the field is absent.
  Result<bool> Flag(const char* key) const;
  // A list of texts; empty when the field is absent.
  Result<std::vector<std::string>> Texts(const char* key) const;
  // A map of lists of texts, in the order of the file.
  using TextLists = std::vector<std::pair<std::string, std::vector<std::string>>>;
  Result<TextLists> TextListsOf(const char* key) const;
  // The content of "<key>-data" (base64), or else of the file that `key` names; empty when both are
  // absent or "", refused when there is nothing in them.
  Result<std::string> DataOrFile(const std::string& key, size_t bytes_max) const;
  // The absolute path of the file that DataOrFile reads; empty where it reads none.
  Result<std::string> FileOf(const std::string& key) const;
  // Relative to the folder of the file that the entry stands in.
  std::string AbsolutePath(const std::string& path) const;

  const KubeconfigEntry& entry() const { return entry_; }
  const std::string& what() const { return what_; }

  // "kubeconfig /path line 7: user \"admin\": exec: <what>"
  Error Wrong(const std::string& key, const std::string& what) const;

 private:
  const KubeconfigEntry& entry_;
  const std::string what_;
};

}  // namespace windlass
