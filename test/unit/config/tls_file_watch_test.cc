// Certificates that are renewed in their files while we run (BI-08).
#include "kubeclient/config/tls_file_watch.h"

#include <filesystem>

#include "test/support/certificates.h"
#include "test/support/folder.h"
#include "test/support/manual_clock.h"
#include "test/support/recording_log.h"

namespace windlass::tls_file_watch_test {
namespace {

// Three files, a TlsFileWatch of them, and the material that it put to use.
struct Watched {
  CertificateAuthority ca{"ca"};
  CertificateAuthority other_ca{"other"};
  PemPair one = ca.Issue({"one", {}});
  PemPair two = ca.Issue({"two", {}});
  Folder folder;
  ManualClock clock;
  RecordingLog log;
  TimerQueue timers;
  std::vector<TlsMaterial> used;
  Status answer = Unit{};
  TlsFiles files{folder.Path("ca"), folder.Path("crt"), folder.Path("key")};
  TlsMaterial now;
  std::unique_ptr<TlsFileWatch> watch;

  Watched() {
    folder.Write("ca", ca.certificate_pem());
    Write(one);
    now.ca_pem = ca.certificate_pem();
    now.certificate_pem = one.certificate_pem;
    now.key_pem = Secret(one.key_pem);
    now.server_name = "name";
  }
  void Write(const PemPair& pair) const {
    folder.Write("crt", pair.certificate_pem);
    folder.Write("key", pair.key_pem);
  }
  void Start() {
    watch = std::make_unique<TlsFileWatch>(clock, log, timers, files, now, seconds(60),
                                           [this](const TlsMaterial& next) {
                                             if (answer.ok()) used.push_back(next);
                                             return answer;
                                           });
  }
  void Pass(Duration duration) {
    clock.now = clock.now + duration;
    timers.RunDue(clock.now);
  }
};

TEST_CASE("files that do not change are looked at and left alone") {
  Watched world;
  world.Start();
  for (int i = 0; i < 5; ++i) world.Pass(seconds(60));
  CHECK(world.used.empty());
  CHECK(world.log.lines.empty());
}

TEST_CASE("what is new is put to use within the period, the rest stays") {
  Watched world;
  world.Start();
  SECTION("certificate and key") {
    world.Write(world.two);
    world.Pass(seconds(59));
    CHECK(world.used.empty());
    world.Pass(seconds(1));
    REQUIRE(world.used.size() == 1);
    CHECK(world.used[0].certificate_pem == world.two.certificate_pem);
    CHECK(world.used[0].key_pem.Reveal() == world.two.key_pem);
    CHECK(world.used[0].ca_pem == world.ca.certificate_pem());
  }
  SECTION("the CA") {
    world.folder.Write("ca", world.other_ca.certificate_pem());
    world.Pass(seconds(60));
    REQUIRE(world.used.size() == 1);
    CHECK(world.used[0].certificate_pem == world.one.certificate_pem);
    CHECK(world.used[0].ca_pem == world.other_ca.certificate_pem());
  }
  CHECK(world.used[0].server_name == "name");
  CHECK(world.log.lines.size() == 1);
  world.Pass(seconds(60));
  CHECK(world.used.size() == 1);
}

TEST_CASE("what cannot be used is said once, and changes nothing until it is whole") {
  struct Row {
    std::string id;
    std::string file;
    std::string text;
    std::string blamed;
    std::string message;
  };
  const Row row = GENERATE(values<Row>({
      {"an empty CA", "ca", "", "ca", "is empty"},
      {"a CA that is none", "ca", "x", "ca", "no certificate in PEM form"},
      {"a CA that is gone", "ca", "<remove>", "ca", "No such file"},
      {"an empty certificate", "crt", "", "crt", "is empty"},
      {"a certificate cut short", "crt", "-----BEGIN CERTIFICATE-----\nabc", "crt", "is damaged"},
      {"half of a pair", "crt", "<two>", "crt", "does not belong"},
      {"an empty key", "key", "", "key", "is empty"},
      {"a key that is none", "key", "x", "crt", "not a private key"},
  }));
  CAPTURE(row.id);
  Watched world;
  world.Start();
  const bool half = row.text == "<two>";
  world.folder.Write(row.file, half ? world.two.certificate_pem : row.text);
  if (row.text == "<remove>") std::filesystem::remove(world.folder.Path(row.file));
  world.Pass(seconds(60));
  world.Pass(seconds(60));
  CHECK(world.used.empty());
  REQUIRE(world.log.lines.size() == 1);
  CAPTURE(world.log.lines[0]);
  CHECK(world.log.lines[0].find(world.folder.Path(row.blamed) + ": ") != std::string::npos);
  CHECK(world.log.lines[0].find(row.message) != std::string::npos);
  CHECK(world.log.lines[0].find("correct the file") != std::string::npos);
  CHECK(world.log.lines[0].find("PRIVATE") == std::string::npos);

  SECTION("as before") {
    world.folder.Write("ca", world.ca.certificate_pem());
    world.Write(world.one);
    world.Pass(seconds(60));
    CHECK(world.used.empty());
    REQUIRE(world.log.lines.size() == 2);
    CHECK(world.log.lines[1].find("good again") != std::string::npos);
  }
  SECTION("as intended") {
    world.folder.Write("ca", world.ca.certificate_pem());
    world.Write(world.two);
    world.Pass(seconds(60));
    REQUIRE(world.used.size() == 1);
    CHECK(world.used[0].key_pem.Reveal() == world.two.key_pem);
  }
}

TEST_CASE("a broken file does not keep the others from being renewed") {
  Watched world;
  world.Start();
  SECTION("a broken CA, another client certificate") {
    world.folder.Write("ca", "x");
    world.Write(world.two);
    world.Pass(seconds(60));
    REQUIRE(world.used.size() == 1);
    CHECK(world.used[0].ca_pem == world.ca.certificate_pem());
    CHECK(world.used[0].certificate_pem == world.two.certificate_pem);
    CHECK(world.used[0].key_pem.Reveal() == world.two.key_pem);
  }
  SECTION("half of a pair, another CA") {
    world.folder.Write("key", world.two.key_pem);
    world.folder.Write("ca", world.other_ca.certificate_pem());
    world.Pass(seconds(60));
    REQUIRE(world.used.size() == 1);
    CHECK(world.used[0].ca_pem == world.other_ca.certificate_pem());
    CHECK(world.used[0].certificate_pem == world.one.certificate_pem);
    CHECK(world.used[0].key_pem.Reveal() == world.one.key_pem);
  }
  CHECK(world.log.lines.size() == 2);  // one for the broken file, one for the reload
  for (int i = 0; i < 5; ++i) world.Pass(seconds(60));
  CHECK(world.used.size() == 1);
  CHECK(world.log.lines.size() == 2);
}

TEST_CASE("of two broken files each is named, once") {
  Watched world;
  world.Start();
  world.folder.Write("ca", "x");
  world.folder.Write("crt", "x");
  for (int i = 0; i < 5; ++i) world.Pass(seconds(60));
  CHECK(world.used.empty());
  REQUIRE(world.log.lines.size() == 2);
  CHECK(world.log.lines[0].find(world.folder.Path("ca") + ": ") != std::string::npos);
  CHECK(world.log.lines[1].find(world.folder.Path("crt") + ": ") != std::string::npos);
}

TEST_CASE("material that is refused is offered again") {
  Watched world;
  world.Start();
  world.answer = Error{ErrorKind::kConfig, "no"};
  world.Write(world.two);
  world.Pass(seconds(60));
  CHECK(world.log.lines.size() == 1);
  world.answer = Unit{};
  world.Pass(seconds(60));
  CHECK(world.used.size() == 1);
}

TEST_CASE("after a refusal the files are looked at at once, but not for each of a storm") {
  Watched world;
  world.Start();
  world.Pass(kCredentialsLookAgain);
  world.Write(world.two);
  world.watch->LookNow();
  CHECK(world.used.size() == 1);
  world.Write(world.one);
  for (int i = 0; i < 100; ++i) world.watch->LookNow();
  CHECK(world.used.size() == 1);
  world.Pass(kCredentialsLookAgain);
  world.watch->LookNow();
  CHECK(world.used.size() == 2);
}

TEST_CASE("only what came from a file is looked at; without any there is no timer") {
  Watched world;
  world.files.ca.clear();
  world.files.key.clear();
  SECTION("a certificate beside a key that stands in the kubeconfig") {
    world.Start();
    world.folder.Write("ca", "");
    world.folder.Write("key", "");
    world.Pass(seconds(60));
    CHECK(world.log.lines.empty());
    world.folder.Write("crt", world.two.certificate_pem);
    world.Pass(seconds(60));
    CHECK(world.used.empty());
    CHECK(world.log.lines.size() == 1);
  }
  SECTION("nothing") {
    world.files.certificate.clear();
    world.Start();
    CHECK(world.timers.empty());
    world.watch->LookNow();
  }
  world.watch.reset();
  CHECK(world.timers.empty());
}

}  // namespace
}  // namespace windlass::tls_file_watch_test
