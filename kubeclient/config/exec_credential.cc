// Parses what a credential plugin prints (k8s.io/client-go/pkg/apis/clientauthentication).
#include <charconv>
#include <ctime>
#include <utility>

#include "kubeclient/config/exec_plugin.h"
#include "kubeclient/config/token_source.h"
#include "kubeclient/config/yaml_reader.h"
#include "kubeclient/transport/tls_material.h"

namespace windlass {
namespace {

Error Wrong(std::string what) { return {ErrorKind::kConfig, std::move(what)}; }

std::string TextOf(const YamlNode& map, std::string_view key) {
  const YamlNode* field = map.Find(key);
  return field == nullptr ? std::string() : field->scalar;
}

// Returns the number in text[at, at + length), or -1 if that is not a number.
int Number(std::string_view text, size_t at, size_t length) {
  if (text.size() < at + length) return -1;
  int value = 0;
  const char* const first = text.data() + at;
  const auto [end, failure] = std::from_chars(first, first + length, value);
  return failure == std::errc() && end == first + length ? value : -1;
}

// Returns the offset of a time zone in seconds east of UTC: 0 for "Z", 7200 for "+02:00". Returns
// nullopt if `text` is not an offset.
std::optional<int> Offset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const int hours = Number(text, 1, 2);
  const int minutes = Number(text, 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  const int east = (hours * 60 + minutes) * 60;
  return text[0] == '+' ? east : -east;
}

// Parses an RFC 3339 time and drops fractions of a second.
std::optional<WallTime> ParseTime(std::string_view text) {
  std::tm time{};
  time.tm_year = Number(text, 0, 4) - 1900;
  time.tm_mon = Number(text, 5, 2) - 1;
  time.tm_mday = Number(text, 8, 2);
  time.tm_hour = Number(text, 11, 2);
  time.tm_min = Number(text, 14, 2);
  time.tm_sec = Number(text, 17, 2);
  const bool marks = text.size() >= 20 && text[4] == '-' && text[7] == '-' &&
                     (text[10] == 'T' || text[10] == 't') && text[13] == ':' && text[16] == ':';
  if (!marks || time.tm_year < 0 || time.tm_mon < 0 || time.tm_mon > 11 || time.tm_mday < 1 ||
      time.tm_mday > 31 || time.tm_hour < 0 || time.tm_hour > 23 || time.tm_min < 0 ||
      time.tm_min > 59 || time.tm_sec < 0 || time.tm_sec > 60) {
    return std::nullopt;
  }
  std::string_view rest = text.substr(19);
  if (rest.starts_with('.')) {
    const size_t digits = rest.find_first_not_of("0123456789", 1);
    if (digits == 1 || digits == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(digits);
  }
  const std::optional<int> east = Offset(rest);
  if (!east) return std::nullopt;
  return WallTime{static_cast<int64_t>(timegm(&time)) - *east};
}

Status ReadToken(const YamlNode& status, ExecCredential& credential) {
  std::string token = TextOf(status, "token");
  if (token.empty()) return Unit{};
  Result<Secret> trimmed = TrimToken(token);
  if (!trimmed.ok()) return trimmed.error();
  credential.token = std::move(trimmed).value();
  return Unit{};
}

Status ReadCertificate(const YamlNode& status, ExecCredential& credential) {
  credential.certificate_pem = TextOf(status, "clientCertificateData");
  std::string key = TextOf(status, "clientKeyData");
  credential.key_pem = Secret(key);
  WipeText(key);
  TlsMaterial own;
  own.certificate_pem = credential.certificate_pem;
  own.key_pem = credential.key_pem;
  return TlsIdentity::Check(own);
}

}  // namespace

Result<ExecCredential> ParseExecCredential(const std::string& text,
                                           const std::string& api_version) {
  const Result<YamlNode> root = ParseYaml(text);
  if (!root.ok()) return Wrong("the output is not JSON: " + root.error().message);
  if (TextOf(*root, "kind") != "ExecCredential") {
    return Wrong("the output is not an ExecCredential");
  }
  if (TextOf(*root, "apiVersion") != api_version) {
    return Wrong("the output does not have apiVersion " + api_version +
                 ": set apiVersion in the kubeconfig to a version that the plugin supports");
  }
  const YamlNode* status = root->Find("status");
  if (status == nullptr) return Wrong("the output has no status");
  ExecCredential credential;
  if (const Status read = ReadToken(*status, credential); !read.ok()) return read.error();
  if (const Status read = ReadCertificate(*status, credential); !read.ok()) return read.error();
  if (credential.token.empty() && credential.certificate_pem.empty()) {
    return Wrong("status in the output has neither a token nor a client certificate");
  }
  if (const std::string expires = TextOf(*status, "expirationTimestamp"); !expires.empty()) {
    credential.expires = ParseTime(expires);
    if (!credential.expires) return Wrong("expirationTimestamp is not an RFC 3339 time");
  }
  return credential;
}

}  // namespace windlass
