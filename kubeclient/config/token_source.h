// Bearer tokens that are read from a file and renewed there by somebody else (the kubelet).
//
// Source: client-go transport/token_source.go: one minute in memory with ten seconds of leeway, the
// old token as long as a new one cannot be read, a 401 drops what was read before the refused
// request began. That the old one is still in use is said once per reason.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/limits.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/result.h"
#include "kubeclient/transport/credentials.h"

namespace windlass {

// The token in a file, without surrounding blanks. kConfig, naming the path, when there is none, or
// one with characters that no header may have (BI-09, BI-10). The token itself is in no message.
Result<Secret> ReadTokenFile(const std::string& path);

// The same check for a token that stands in the configuration itself; `text` is wiped.
Result<Secret> TrimToken(std::string& text);

// Thread-safe. Reads the file in the caller's thread: it is small and on a local file system.
class TokenFileSource final : public CredentialSource {
 public:
  // `period`: how often the file is looked at, about.
  TokenFileSource(const Clock& clock, Log& log, std::string path,
                  Duration period = kCredentialsPoll)
      : clock_(clock), log_(log), path_(std::move(path)), kept_for_(period - period / 6) {}

  std::optional<Answer> Authorization(Later later) override;
  void Refused(MonotonicTime started) override;

 private:
  const Clock& clock_;
  Log& log_;
  const std::string path_;
  const Duration kept_for_;
  std::mutex mutex_;  // guards the rest
  std::optional<Secret> header_;
  MonotonicTime read_at_;
  std::string problem_;  // why the old token is still in use, when it is
};

}  // namespace windlass
