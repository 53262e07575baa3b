// EntryReader: reads the fields of one cluster, user or context of a kubeconfig.
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
  // `what` names the entry in messages: "user \"admin\"". The entry must outlive the reader.
  EntryReader(const KubeconfigEntry& entry, std::string what)
      : entry_(entry), what_(std::move(what)) {}

  // A field whose value is null counts as absent. Each function that returns a Result returns
  // kConfig if the field has the wrong type, for example a list where a text is expected.

  // Returns true if the field is present.
  bool Has(const char* key) const { return entry_.node.Find(key) != nullptr; }
  // Returns true if the field is present and not "", [] or {}, which client-go treats as absent.
  bool Says(const char* key) const;
  // Returns kConfig if the entry has a field that is not in `known`. Ignoring such a field could
  // make us act as another user than the file says.
  Status OnlyKnows(std::initializer_list<std::string_view> known) const;
  // Returns the text of a scalar: "12" for 12. Returns "" if the field is absent.
  Result<std::string> Text(const char* key) const;
  // Returns the value of a boolean field; the value may be in quotes: "true". Returns false if the
  // field is absent or "".
  Result<bool> Flag(const char* key) const;
  // Returns a list of texts; empty if the field is absent.
  Result<std::vector<std::string>> Texts(const char* key) const;
  // Returns a map of lists of texts, in the order of the file; empty if the field is absent.
  using TextLists = std::vector<std::pair<std::string, std::vector<std::string>>>;
  Result<TextLists> TextListsOf(const char* key) const;
  // Returns the first of these that is present and not "":
  //   - the field "<key>-data" (base64), decoded
  //   - the content of the file that the field `key` names
  // Returns "" if both fields are absent or "". Returns kConfig if the value is not base64, the
  // file cannot be read or is above `bytes_max`, or the content is empty.
  Result<std::string> DataOrFile(const std::string& key, size_t bytes_max) const;
  // Returns the absolute path of the file that DataOrFile reads; "" if DataOrFile reads no file.
  Result<std::string> FileOf(const std::string& key) const;
  // Returns `path` as an absolute path. A relative `path` starts at the kubeconfig's folder.
  std::string AbsolutePath(const std::string& path) const;

  const KubeconfigEntry& entry() const { return entry_; }
  const std::string& what() const { return what_; }

  // Returns kConfig "kubeconfig /path line 7: user \"admin\": exec: <what>".
  Error Wrong(const std::string& key, const std::string& what) const;

 private:
  const KubeconfigEntry& entry_;
  const std::string what_;
};

}  // namespace windlass
