#include "kubeclient/config/token_source.h"

#include <algorithm>
#include <utility>

#include "kubeclient/config/read_file.h"

namespace windlass {

Result<Secret> TrimToken(std::string& text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string::npos) {
    return Error{ErrorKind::kConfig, "the token is empty"};
  }
  const size_t length = text.find_last_not_of(kBlanks) - first + 1;
  const std::string_view token(text.data() + first, length);
  const bool printable =
      std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c <= '~'; });
  Secret secret(token);
  WipeText(text);
  if (!printable) {
    return Error{ErrorKind::kConfig,
                 "the token has blanks, control or non-ASCII characters: it is not a bearer token"};
  }
  return secret;
}

Result<Secret> ReadTokenFile(const std::string& path) {
  WINDLASS_TRY(std::string text, ReadFile(path, kTokenBytesMax));
  Result<Secret> token = TrimToken(text);
  if (!token.ok()) return std::move(token).error().Context(path);
  return token;
}

std::optional<CredentialSource::Answer> TokenFileSource::Authorization(Later) {
  const std::scoped_lock lock(mutex_);
  const MonotonicTime now = clock_.Now();
  if (header_ && now - read_at_ < kept_for_) return *header_;
  Result<Secret> read = ReadTokenFile(path_);
  if (read.ok()) {
    header_ = BearerHeader(*read);
    read_at_ = now;
    if (!std::exchange(problem_, "").empty()) {
      log_.Info("the token file is good again", {{"path", path_}});
    }
    return *header_;
  }
  if (!header_) return std::move(read).error().Context("token file");
  // Goes on with the old token, which may still be good. If it is not, the API server answers 401.
  const std::string& problem = read.error().message;
  if (std::exchange(problem_, problem) != problem) {
    log_.Warning(
        "token file not usable: the old token stays in use; write a valid token into the file",
        {{"path", path_}, {"error", problem}});
  }
  return *header_;
}

void TokenFileSource::Refused(MonotonicTime started) {
  const std::scoped_lock lock(mutex_);
  if (header_ && read_at_ <= started) header_.reset();
}

}  // namespace windlass
