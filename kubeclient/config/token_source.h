// TokenFileSource: a bearer token in a file that another program, for example the kubelet, renews.
//
// Source: client-go transport/token_source.go.
//   - A token is kept in memory for five sixths of the constructor's `period`: 50 s of one minute.
//   - If the file cannot be read after that time, the old token stays in use; each new reason is
//     logged once.
//   - A 401 drops the token, if the file was read before the refused request began. After that,
//     requests fail while the file cannot be read.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/result.h"
#include "kubeclient/transport/credentials.h"

namespace windlass {

// The largest file with a token (BI-09).
inline constexpr size_t kTokenBytesMax = size_t{64} << 10U;
// How often files of credentials are read: once a minute, as client-go does for tokens. client-go
// reads a token again ten seconds before its minute ends. So we, too, keep a token for only five
// sixths of this period (50 s).
inline constexpr Duration kCredentialsPoll = seconds(60);

// Returns the token in a file, without surrounding blanks. Returns kConfig, with the path, if the
// file cannot be read, is empty, or holds a character that no token may have (BI-09, BI-10). No
// message shows the token.
Result<Secret> ReadTokenFile(const std::string& path);

// Returns the token in `text`, without surrounding blanks, and wipes `text`. Returns kConfig if the
// token is empty or holds a character that no token may have.
Result<Secret> TrimToken(std::string& text);

// Thread-safe. Reads the file in the caller's thread, because the file is small and local.
class TokenFileSource final : public CredentialSource {
 public:
  // `period`: about how often the file is read. The references must outlive the source.
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
  std::mutex mutex_;              // guards the members below
  std::optional<Secret> header_;  // nullopt before the first successful read, and after a 401
  MonotonicTime read_at_;         // when header_ was read
  std::string problem_;           // why the last read failed; "" if it succeeded
};

}  // namespace windlass
