// Tokens in files that somebody else renews (BI-09, BI-10).
#include "kubeclient/config/token_source.h"

#include <filesystem>

#include "test/support/folder.h"
#include "test/support/manual_clock.h"
#include "test/support/recording_log.h"

namespace windlass::token_source_test {
namespace {

std::string TokenOf(TokenFileSource& source) {
  const auto answer = source.Authorization(nullptr);
  REQUIRE(answer.has_value());
  if (!answer->ok()) return "error: " + answer->error().message;
  const std::string header((*answer)->Reveal());
  REQUIRE(header.starts_with("Bearer "));
  return header.substr(7);
}

TEST_CASE("a token file is trimmed and checked") {
  struct Row {
    std::string id;
    std::string text;
    std::string want;     // the token; "" = an error
    std::string message;  // the error's message
  };
  const Row row = GENERATE(values<Row>({
      {"plain", "abc.def-123", "abc.def-123", ""},
      {"a line end", "abc\n", "abc", ""},
      {"CRLF and blanks", "  abc \r\n", "abc", ""},
      {"empty", "", "", "the token is empty"},
      {"blank", " \n", "", "the token is empty"},
      {"two lines", "abc\ndef\n", "", "control or non-ASCII"},
      {"a forged header", "abc\r\nX: y", "", "control or non-ASCII"},
      {"non-ASCII", "abc\xc3\xa9", "", "control or non-ASCII"},
      {"NUL", std::string("a\0b", 3), "", "control or non-ASCII"},
      {"as large as may be", std::string(kTokenBytesMax, 'x'), std::string(kTokenBytesMax, 'x'),
       ""},
      {"too large", std::string(kTokenBytesMax + 1, 'x'), "", "is larger than 64 KiB"},
  }));
  CAPTURE(row.id);
  const Folder folder;
  const std::string path = folder.Write("token", row.text);
  const Result<Secret> token = ReadTokenFile(path);
  REQUIRE(token.ok() == row.message.empty());
  if (token.ok()) {
    CHECK(token->Reveal() == row.want);
  } else {
    CHECK(token.error().kind == ErrorKind::kConfig);
    CHECK(token.error().message.find(path) != std::string::npos);
    CHECK(token.error().message.find(row.message) != std::string::npos);
    CHECK(token.error().message.find("abc") == std::string::npos);
  }
}

TEST_CASE("a token is read again before its minute is over, and kept when that fails") {
  const Folder folder;
  folder.Write("token", "first");
  ManualClock clock;
  RecordingLog log;
  TokenFileSource source(clock, log, folder.Path("token"));
  CHECK(TokenOf(source) == "first");
  folder.Write("token", "second\n");
  clock.now = clock.now + seconds(49);
  CHECK(TokenOf(source) == "first");
  clock.now = clock.now + seconds(1);
  CHECK(TokenOf(source) == "second");

  std::filesystem::remove(folder.Path("token"));
  clock.now = clock.now + seconds(50);
  CHECK(TokenOf(source) == "second");
  CHECK(TokenOf(source) == "second");
  CHECK(log.lines.size() == 1);  // logged once, not once per request
  folder.Write("token", " \n");
  CHECK(TokenOf(source) == "second");
  REQUIRE(log.lines.size() == 2);
  CHECK(log.lines.back().find(folder.Path("token") + ": the token is empty") != std::string::npos);
  CHECK(log.lines.back().find("write a valid token into the file") != std::string::npos);
  folder.Write("token", "third");
  CHECK(TokenOf(source) == "third");  // the next request reads the file again
  CHECK(log.lines.back().find("good again") != std::string::npos);
  CHECK(log.lines.back().find("path=" + folder.Path("token")) != std::string::npos);
  clock.now = clock.now + seconds(49);
  CHECK(TokenOf(source) == "third");
  CHECK(log.lines.size() == 3);
}

TEST_CASE("a refused token is dropped, one that is newer than the refused request is not") {
  const Folder folder;
  folder.Write("token", "first");
  ManualClock clock;
  RecordingLog log;
  TokenFileSource source(clock, log, folder.Path("token"));
  CHECK(TokenOf(source) == "first");
  const MonotonicTime started = clock.now + seconds(1);
  folder.Write("token", "second");
  clock.now = clock.now + seconds(2);
  source.Refused(started);
  CHECK(TokenOf(source) == "second");

  folder.Write("token", "third");
  source.Refused(started);  // a request from before "second" was read gets a 401
  CHECK(TokenOf(source) == "second");

  source.Refused(clock.now);
  std::filesystem::remove(folder.Path("token"));
  CHECK(TokenOf(source).starts_with("error: token file: " + folder.Path("token")));
}

}  // namespace
}  // namespace windlass::token_source_test
