// ExecPlugin: when and how often plugins run, and what happens to bad ones.
#include "kubeclient/config/exec_plugin.h"

#include <signal.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "kubeclient/transport/system_trust.h"
#include "test/support/certificates.h"
#include "test/support/folder.h"
#include "test/support/test_core_loop.h"

namespace windlass::exec_plugin_test {
namespace {

constexpr const char* kVersion = "client.authentication.k8s.io/v1";

std::string Credential(const std::string& status) {
  return std::string(R"({"kind": "ExecCredential", "apiVersion": ")") + kVersion +
         R"(", "status": )" + status + "}";
}

// Returns `text` as a JSON string, with line ends escaped.
std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '\n' ? std::string("\\n") : std::string(1, c);
  return quoted + "\"";
}

// A clock that only the test advances. Thread-safe.
struct StandingClock final : Clock {
  std::atomic<Duration> now = Duration(seconds(1000));
  std::atomic<int64_t> wall = 1795190400;  // 2026-11-20T16:00:00Z

  MonotonicTime Now() const override { return {now}; }
  WallTime Wall() const override { return {wall}; }
  int64_t WallMicros() const override { return wall * 1'000'000; }
  void Skip(seconds duration) {
    now = now.load() + duration;
    wall += duration.count();
  }
};

// A log that the plugin's thread writes and the test reads.
struct SharedLog final : Log {
  void Write(LogLevel level, std::string_view event, const LogFields& fields) override {
    const std::scoped_lock lock(mutex);
    lines.push_back(FormatLogLine(LogFormat::kText, level, event, fields));
  }
  bool Enabled(LogLevel) const override { return true; }
  std::vector<std::string> Lines() {
    const std::scoped_lock lock(mutex);
    return lines;
  }
  std::mutex mutex;
  std::vector<std::string> lines;  // guarded by mutex
};

// A plugin that is a shell script. It counts its runs in a file.
struct Plugin {
  Folder folder;
  StandingClock clock;
  SharedLog log;
  ExecPluginConfig config;
  std::mutex mutex;
  std::condition_variable answered;
  std::vector<std::string> answers;       // guarded by mutex
  std::vector<std::string> certificates;  // guarded by mutex
  std::unique_ptr<ExecPlugin> plugin;

  explicit Plugin(const std::string& script) {
    Script(script);
    config.api_version = kVersion;
    config.command = folder.Path("plugin");
    config.info = "{}";
  }
  void Script(const std::string& script) const {
    // Replaces the script in one step, because the old one may be running.
    folder.Write("next", "#!/bin/sh\necho >> " + folder.Path("runs") + "\n" + script);
    std::filesystem::permissions(folder.Path("next"), std::filesystem::perms::owner_all);
    std::filesystem::rename(folder.Path("next"), folder.Path("plugin"));
  }
  void Prints(const std::string& status) const {
    Script("cat << 'END'\n" + Credential(status) + "\nEND\n");
  }
  int runs() const {
    std::ifstream in(folder.Path("runs"));
    int count = 0;
    for (std::string line; std::getline(in, line);) ++count;
    return count;
  }
  // Lets kExecPause pass, after which the plugin may run again.
  void Pause() { clock.Skip(std::chrono::duration_cast<seconds>(kExecPause)); }
  static std::string Show(const CredentialSource::Answer& answer) {
    if (answer.ok()) return std::string(answer->Reveal());
    return std::string(Name(answer.error().kind)) + ": " + answer.error().message;
  }
  void Ask() {
    if (!plugin) {
      plugin =
          std::make_unique<ExecPlugin>(clock, log, config, [this](auto certificate, const auto&) {
            const std::scoped_lock lock(mutex);
            certificates.push_back(certificate);
            if (uses_at_once) plugin->CertificateInUse();
          });
    }
    const auto note = [this](const CredentialSource::Answer& answer) {
      const std::scoped_lock lock(mutex);
      answers.push_back(Show(answer));
      answered.notify_all();
    };
    if (const auto now = plugin->Authorization(note)) note(*now);
  }
  void Await(size_t count) {
    std::unique_lock lock(mutex);
    REQUIRE(answered.wait_for(lock, seconds(30), [&] { return answers.size() >= count; }));
  }
  std::string Answer() {
    Ask();
    std::unique_lock lock(mutex);
    const size_t wanted = ++asked;
    REQUIRE(answered.wait_for(lock, seconds(30), [&] { return answers.size() >= wanted; }));
    return answers.back();
  }
  size_t asked = 0;
  bool uses_at_once = true;  // a new certificate is in use as soon as it is announced
};

TEST_CASE("what a plugin prints") {
  CertificateAuthority ca("ca");
  const PemPair own = ca.Issue({"own", {}});
  const std::string certificate = Quoted(own.certificate_pem);
  const std::string key = Quoted(own.key_pem);
  const auto expiring = [](const std::string& at) {
    return Credential(R"({"token": "t", "expirationTimestamp": ")" + at + R"("})");
  };
  struct Row {
    std::string id;
    std::string text;
    std::string message;  // empty = the output is accepted
    std::optional<int64_t> expires;
  };
  const std::vector<Row> rows = {
      {"a token", Credential(R"({"token": "t"})"), "", std::nullopt},
      {"a token and a line end", Credential(R"({"token": "t\n"})"), "", std::nullopt},
      {"pretty",
       "{\n\t\"kind\": \"ExecCredential\",\n\t\"apiVersion\": \"" + std::string(kVersion) +
           "\",\n\t\"status\": {\n\t\t\"token\": \"t\"\n\t}\n}\n",
       "", std::nullopt},
      {"a certificate",
       Credential(R"({"clientCertificateData": )" + certificate + R"(, "clientKeyData": )" + key +
                  "}"),
       "", std::nullopt},
      {"UTC", expiring("2026-11-20T16:00:00Z"), "", 1795190400},
      {"a fraction", expiring("2026-11-20T16:00:00.123456Z"), "", 1795190400},
      {"another zone", expiring("2026-11-20T17:30:00+01:30"), "", 1795190400},
      {"no JSON", "Please log in", "is not an ExecCredential", std::nullopt},
      {"broken JSON", "{\"kind\": ", "is not JSON", std::nullopt},
      {"nothing", "", "is not an ExecCredential", std::nullopt},
      {"another kind", R"({"kind": "Pod"})", "is not an ExecCredential", std::nullopt},
      {"another version", R"({"kind": "ExecCredential", "apiVersion": "v9"})",
       "does not have apiVersion", std::nullopt},
      {"no status", std::string(R"({"kind": "ExecCredential", "apiVersion": ")") + kVersion + "\"}",
       "has no status", std::nullopt},
      {"an empty status", Credential("{}"), "neither a token nor", std::nullopt},
      {"a certificate alone", Credential(R"({"clientCertificateData": )" + certificate + "}"),
       "without its key", std::nullopt},
      {"a key alone", Credential(R"({"token": "t", "clientKeyData": )" + key + "}"),
       "without a certificate", std::nullopt},
      {"a forged header", Credential(R"({"token": "s3cr3t\r\nX: y"})"), "not a bearer token",
       std::nullopt},
      {"no time", expiring("tomorrow"), "RFC 3339", std::nullopt},
      {"a time without a zone", expiring("2026-11-20T16:00:00"), "RFC 3339", std::nullopt},
      {"the 13th month", expiring("2026-13-20T16:00:00Z"), "RFC 3339", std::nullopt},
  };
  for (const Row& row : rows) {
    CAPTURE(row.id);
    const auto credential = ParseExecCredential(row.text, kVersion);
    INFO((credential.ok() ? std::string() : credential.error().message));
    REQUIRE(credential.ok() == row.message.empty());
    if (!credential.ok()) {
      CHECK(credential.error().message.find(row.message) != std::string::npos);
      CHECK(credential.error().message.find("s3cr3t") == std::string::npos);
      continue;
    }
    CHECK(credential->expires.has_value() == row.expires.has_value());
    if (row.expires) CHECK(credential->expires->unix_seconds == *row.expires);
    if (credential->certificate_pem.empty()) {
      CHECK(credential->token.Reveal() == "t");
    } else {
      CHECK(credential->certificate_pem == own.certificate_pem);
      CHECK(credential->key_pem.Reveal() == own.key_pem);
    }
  }
}

TEST_CASE("one run serves everybody who waits, and everybody after") {
  Plugin plugin("read line || true\ncat << 'END'\n" + Credential(R"({"token": "t"})") + "\nEND\n");
  for (int i = 0; i < 20; ++i) plugin.Ask();
  plugin.Await(20);
  plugin.Ask();
  plugin.Await(21);
  CHECK(plugin.runs() == 1);
  CHECK(plugin.answers == std::vector<std::string>(21, "Bearer t"));
}

TEST_CASE("a plugin is run again shortly before what it gave expires") {
  Plugin plugin("");
  plugin.Prints(R"({"token": "one", "expirationTimestamp": "2026-11-20T17:00:00Z"})");
  CHECK(plugin.Answer() == "Bearer one");
  plugin.Prints(R"({"token": "two"})");
  plugin.clock.Skip(seconds(3000));
  CHECK(plugin.Answer() == "Bearer one");
  CHECK(plugin.runs() == 1);
  plugin.clock.Skip(seconds(600) - std::chrono::duration_cast<seconds>(kExecExpiryLeeway));
  TestCoreLoop wait;
  REQUIRE(wait.RunUntil([&] { return plugin.Answer() == "Bearer two"; }));
  plugin.clock.Skip(seconds(1'000'000));
  CHECK(plugin.Answer() == "Bearer two");  // "two" does not expire
  CHECK(plugin.runs() == 2);
}

TEST_CASE("what is still valid is used while the plugin runs, and when it fails") {
  Plugin plugin("");
  plugin.Prints(R"({"token": "one", "expirationTimestamp": "2026-11-20T17:00:00Z"})");
  CHECK(plugin.Answer() == "Bearer one");
  plugin.Script("while [ ! -e \"$0.go\" ]; do sleep 0.01; done\nexit 3\n");
  plugin.clock.Skip(seconds(3599));
  CHECK(plugin.Answer() == "Bearer one");
  TestCoreLoop wait;
  REQUIRE(wait.RunUntil([&] { return plugin.runs() == 2; }));
  CHECK(plugin.Answer() == "Bearer one");  // while the plugin runs again
  SECTION("until it expires") {
    plugin.clock.Skip(seconds(1));
    plugin.Ask();
    CHECK(plugin.answers.size() == 3);
    plugin.folder.Write("plugin.go", "");
    plugin.Await(4);
    CHECK(plugin.answers.back().find("ended with exit code 3") != std::string::npos);
    CHECK(plugin.runs() == 2);
  }
  SECTION("and it is run again after a pause") {
    plugin.folder.Write("plugin.go", "");
    plugin.clock.wall += 1;  // expired for a moment, so that Answer shows the failure
    CHECK(plugin.Answer().find("ended with exit code 3") != std::string::npos);
    plugin.clock.wall -= 1;
    plugin.Prints(R"({"token": "two"})");
    for (int i = 0; i < 100; ++i) CHECK(plugin.Answer() == "Bearer one");
    CHECK(plugin.runs() == 2);
    plugin.clock.now = plugin.clock.now.load() + kExecPause;
    CHECK(plugin.Answer() == "Bearer one");
    REQUIRE(wait.RunUntil([&] { return plugin.Answer() == "Bearer two"; }));
    CHECK(plugin.runs() == 3);
  }
  SECTION("but not when it was refused") {
    plugin.plugin->Refused(plugin.clock.Now());
    plugin.Ask();
    CHECK(plugin.answers.size() == 3);
    plugin.folder.Write("plugin.go", "");
    plugin.Await(4);
    CHECK(plugin.answers.back().find("ended with exit code 3") != std::string::npos);
  }
}

TEST_CASE("a failure while the old credential holds is logged, once until it is another") {
  Plugin plugin("");
  TestCoreLoop wait;
  // Asks until `condition` holds. What the plugin gave does not expire meanwhile.
  const auto ask_until = [&](const std::function<bool()>& condition) {
    REQUIRE(wait.RunUntil([&] {
      plugin.clock.now = plugin.clock.now.load() + kExecPause;
      CHECK(plugin.Answer() == "Bearer one");
      return condition();
    }));
  };
  plugin.Prints(R"({"token": "one", "expirationTimestamp": "2026-11-20T17:00:00Z"})");
  CHECK(plugin.Answer() == "Bearer one");
  plugin.Script("echo is down >&2\nexit 3\n");
  plugin.clock.Skip(seconds(3599));
  ask_until([&] { return plugin.runs() >= 4; });
  REQUIRE(!plugin.log.Lines().empty());
  const std::string first = plugin.log.Lines().front();
  CHECK(first.starts_with("warning credential plugin failed"));
  CHECK(first.find("ended with exit code 3: is down") != std::string::npos);
  CHECK(first.find("one") == std::string::npos);
  plugin.Script("exit 4\n");
  ask_until([&] { return plugin.log.Lines().size() >= 2; });
  CHECK(plugin.log.Lines()[1].find("ended with exit code 4") != std::string::npos);
  plugin.Prints(R"({"token": "one"})");
  ask_until([&] { return plugin.log.Lines().size() >= 3; });
  CHECK(plugin.log.Lines()[2].find("works again") != std::string::npos);
}

TEST_CASE("what was refused is asked for anew, once for a storm of refusals") {
  Plugin plugin("");
  plugin.Prints(R"({"token": "one"})");
  CHECK(plugin.Answer() == "Bearer one");
  plugin.Prints(R"({"token": "two"})");
  const MonotonicTime storm = plugin.clock.Now();
  plugin.Pause();
  plugin.plugin->Refused(storm);
  CHECK(plugin.Answer() == "Bearer two");
  plugin.plugin->Refused(storm);  // an earlier request of the storm gets a 401
  CHECK(plugin.Answer() == "Bearer two");
  CHECK(plugin.runs() == 2);
}

TEST_CASE("what is refused or expires at once does not have the plugin run for every request") {
  Plugin plugin("");
  SECTION("refused") {
    plugin.Prints(R"({"token": "one"})");
    CHECK(plugin.Answer() == "Bearer one");
    for (int i = 0; i < 10; ++i) {
      plugin.plugin->Refused(plugin.clock.Now());
      CHECK(plugin.Answer() == "Bearer one");
    }
    CHECK(plugin.runs() == 1);
    plugin.Prints(R"({"token": "two"})");
    plugin.Pause();
    CHECK(plugin.Answer() == "Bearer one");
    plugin.plugin->Refused(plugin.clock.Now());
    CHECK(plugin.Answer() == "Bearer two");
    CHECK(plugin.runs() == 2);
  }
  SECTION("expired") {
    plugin.Prints(R"({"token": "one", "expirationTimestamp": "2026-11-20T16:00:00Z"})");
    for (int i = 0; i < 10; ++i) CHECK(plugin.Answer() == "Bearer one");
    CHECK(plugin.runs() == 1);
    plugin.Prints(R"({"token": "two"})");
    plugin.Pause();
    CHECK(plugin.Answer() == "Bearer two");
  }
  SECTION("about to expire") {
    plugin.Prints(R"({"token": "one", "expirationTimestamp": "2026-11-20T16:00:09Z"})");
    for (int i = 0; i < 10; ++i) CHECK(plugin.Answer() == "Bearer one");
    plugin.Prints(R"({"token": "two"})");
    plugin.Pause();
    TestCoreLoop wait;
    REQUIRE(wait.RunUntil([&] { return plugin.Answer() == "Bearer two"; }));
    CHECK(plugin.runs() == 2);
  }
}

TEST_CASE("a client certificate is handed on when it is another") {
  CertificateAuthority ca("ca");
  const PemPair one = ca.Issue({"one", {}});
  const PemPair two = ca.Issue({"two", {}});
  const auto status = [](const PemPair& pair) {
    return R"({"clientCertificateData": )" + Quoted(pair.certificate_pem) +
           R"(, "clientKeyData": )" + Quoted(pair.key_pem) + "}";
  };
  Plugin plugin("");
  plugin.Prints(status(one));
  CHECK(plugin.Answer().empty());
  plugin.Pause();
  plugin.plugin->Refused(plugin.clock.Now());
  CHECK(plugin.Answer().empty());
  plugin.Prints(status(two));
  plugin.Pause();
  plugin.plugin->Refused(plugin.clock.Now());
  CHECK(plugin.Answer().empty());
  CHECK(plugin.runs() == 3);
  CHECK(plugin.certificates == std::vector<std::string>{one.certificate_pem, two.certificate_pem});
}

TEST_CASE("nobody is answered before the certificate that came with it is in use") {
  CertificateAuthority ca("ca");
  const PemPair one = ca.Issue({"one", {}});
  Plugin plugin("");
  plugin.Prints(R"({"token": "t", "clientCertificateData": )" + Quoted(one.certificate_pem) +
                R"(, "clientKeyData": )" + Quoted(one.key_pem) + "}");
  plugin.uses_at_once = false;
  plugin.Ask();
  TestCoreLoop wait;
  REQUIRE(wait.RunUntil([&] {
    const std::scoped_lock lock(plugin.mutex);
    return plugin.certificates.size() == 1;
  }));
  plugin.Ask();
  {
    const std::scoped_lock lock(plugin.mutex);
    CHECK(plugin.answers.empty());
  }
  SECTION("and then everybody is") {
    plugin.plugin->CertificateInUse();
    plugin.Await(2);
    CHECK(plugin.answers == std::vector<std::string>(2, "Bearer t"));
    CHECK(plugin.runs() == 1);
  }
  SECTION("nor when the plugin's owner goes, which does not wait") {
    plugin.plugin.reset();
    CHECK(plugin.answers.empty());
  }
}

TEST_CASE("a plugin that fails says why, with what helps, and is not run for every request") {
  Plugin plugin("echo 'log in first:' >&2\necho '  tool login' >&2\necho s3cr3t\nexit 3\n");
  plugin.config.install_hint = "see https://tool\n";
  CHECK(plugin.Answer() == "Unauthorized: credential plugin " + plugin.folder.Path("plugin") +
                               ": ended with exit code 3: log in first: tool login; "
                               "see https://tool");
  plugin.Answer();
  CHECK(plugin.runs() == 1);
  plugin.Prints(R"({"token": "t"})");
  plugin.Pause();
  CHECK(plugin.Answer() == "Bearer t");
  CHECK(plugin.runs() == 2);
}

TEST_CASE("a plugin is ended when it says too much, or nothing for too long") {
  SECTION("too much") {
    Plugin plugin("while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done\n");
    CHECK(plugin.Answer().find("wrote more than 1024 KiB") != std::string::npos);
  }
  SECTION("too long") {
    Plugin plugin("sleep 1000 | cat\n");
    plugin.Ask();
    TestCoreLoop wait;
    REQUIRE(wait.RunUntil([&] { return plugin.runs() == 1; }));
    plugin.clock.Skip(std::chrono::duration_cast<seconds>(kExecMax));
    plugin.Await(1);
    CHECK(plugin.answers.front().find("did not end within 60 s") != std::string::npos);
  }
  SECTION("killed by a signal") {
    Plugin plugin("kill -KILL $$\n");
    CHECK(plugin.Answer().find("ended with exit code 137") != std::string::npos);
  }
  SECTION("not there any more") {
    Plugin plugin("");
    std::filesystem::remove(plugin.folder.Path("plugin"));
    CHECK(plugin.Answer().find("cannot be run: No such file or directory") != std::string::npos);
  }
}

TEST_CASE("what a plugin leaves behind holds nobody up") {
  Plugin plugin("(sleep 1000 & echo $! > " + std::string("\"$0.pid\")") + "\ncat << 'END'\n" +
                Credential(R"({"token": "t"})") + "\nEND\n");
  CHECK(plugin.Answer() == "Bearer t");
  int pid = 0;
  std::ifstream(plugin.folder.Path("plugin.pid")) >> pid;
  REQUIRE(pid > 1);
  CHECK(kill(pid, SIGKILL) == 0);  // the plugin's own child has survived it
}

TEST_CASE(
    "a plugin sees our environment as it was, what the kubeconfig adds, and no file of ours") {
  REQUIRE(setenv("WINDLASS_TEST_ONE", "ours", 1) == 0);
  REQUIRE(setenv("WINDLASS_TEST_TWO", "ours", 1) == 0);
  HideSystemTrust();
  Plugin plugin(
      "exec 2>/dev/null\n"
      "cat <<END\n" +
      Credential("{\"token\": \"$WINDLASS_TEST_ONE,$WINDLASS_TEST_TWO,$1,${SSL_CERT_FILE-none},"
                 "$(ls -l /proc/$$/fd | grep -c marker),$(cat | wc -c)\"}") +
      "\nEND\nprintf '%s' \"$KUBERNETES_EXEC_INFO\" > \"$0.info\"\n");
  plugin.config.env = {{"WINDLASS_TEST_TWO", "theirs"}};
  plugin.config.info = R"({"kind":"ExecCredential"})";
  plugin.config.args = {"a"};
  const std::string original = OriginalCertFile().value_or("none");
  const std::ifstream ours(plugin.folder.Write("marker", ""));  // an open file
  const std::string answer = plugin.Answer();
  CAPTURE(answer);
  CHECK(answer == "Bearer ours,theirs,a," + original + ",0,0");
  std::string info;
  std::getline(std::ifstream(plugin.folder.Path("plugin.info")) >> std::ws, info);
  CHECK(info == plugin.config.info);
}

TEST_CASE("nobody is answered once the plugin's owner is gone, and it does not wait") {
  Plugin plugin("sleep 1000\n");
  plugin.Ask();
  TestCoreLoop wait;
  REQUIRE(wait.RunUntil([&] { return plugin.runs() == 1; }));
  plugin.plugin.reset();
  CHECK(plugin.answers.empty());
}

}  // namespace
}  // namespace windlass::exec_plugin_test
