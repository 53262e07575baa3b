// A kubeconfig file is read and its context resolved. Every refusal is of kind kConfig.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "kubeclient/base/assert.h"
#include "kubeclient/config/kubeconfig.h"
#include "test/fuzz/input.h"

namespace windlass::fuzz {
namespace {

// The file has a folder of its own, because it may name other files by paths relative to it.
class ConfigFile {
 public:
  ConfigFile() {
    std::string pattern = std::filesystem::temp_directory_path() / "windlass-fuzz.XXXXXX";
    WL_ASSERT(mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
  }
  ~ConfigFile() { std::filesystem::remove_all(folder_); }
  ConfigFile(const ConfigFile&) = delete;
  ConfigFile& operator=(const ConfigFile&) = delete;

  std::string Write(std::string_view text) const {
    const std::string path = folder_ + "/config";
    std::filesystem::remove(path);  // some file systems flush a file that is truncated to the disk
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

 private:
  std::string folder_;
};

void Check(std::string_view text) {
  static const ConfigFile kFile;
  ConfigSources sources;
  sources.kubeconfig = kFile.Write(text);
  sources.environment = [](const std::string&) { return std::nullopt; };
  const Result<ClientConfig> config = LoadConfig(sources);
  if (config.ok()) {
    WL_ASSERT(config->server.starts_with("http") && !config->tls.insecure_skip_verify);
    WL_ASSERT(config->token_file.empty() || config->token.empty());
    return;
  }
  const Error& error = config.error();
  WL_ASSERT(error.kind == ErrorKind::kConfig);
  WL_ASSERT(!error.message.empty());
}

const Target kTarget("kubeconfig", &Check);

}  // namespace
}  // namespace windlass::fuzz
