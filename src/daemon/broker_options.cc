#include "daemon/broker_options.h"

#include <utility>

#include "daemon/named_file.h"
#include "daemon/notice_of.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "hypnos/base/subject.h"
#include "hypnos/base/url.h"

namespace hypnos {
namespace {

Error WrongConfig(std::string sentence) {
  return Error{Code::kInvalidArgument, "CONFIG_INVALID", std::move(sentence)};
}

Result<std::string> UrlOf(const config::Broker& broker, FileSystem& files) {
  if (broker.url_file().empty()) return broker.url();
  HYPNOS_ASSIGN_OR_RETURN(std::string url, OnlyLineOf(files, broker.url_file(), "broker.url_file"));
  if (HasBrokerScheme(url)) return url;
  return WrongConfig(
      Format("broker.url_file: what '{}' holds begins neither with nats:// nor with tls://",
             broker.url_file()));
}

}  // namespace

Result<std::string> NameAtBroker(const config::Broker& broker) {
  if (!broker.name().empty()) return broker.name();
  const std::string host = HostName();
  std::string name = host.substr(0, host.find('.'));
  if (IsSubjectWord(name)) return name;
  return WrongConfig(
      Format("broker.name: the name of this machine, '{}', is none for a daemon; "
             "give one of letters, digits, '-' and '_'",
             Printable(host)));
}

Result<BrokerOptions> BrokerOptionsOf(const config::Broker& broker, const std::string& client,
                                      FileSystem& files) {
  HYPNOS_ASSIGN_OR_RETURN(std::string url, UrlOf(broker, files));
  for (const auto& [key, path] : {std::pair("broker.credentials_file", broker.credentials_file()),
                                  {"broker.ca_file", broker.ca_file()},
                                  {"broker.certificate_file", broker.certificate_file()},
                                  {"broker.key_file", broker.key_file()}}) {
    HYPNOS_RETURN_IF_ERROR(CheckReadable(files, path, key));
  }
  return BrokerOptions{.url = std::move(url),
                       .client = client,
                       .credentials_file = broker.credentials_file(),
                       .ca_file = broker.ca_file(),
                       .certificate_file = broker.certificate_file(),
                       .key_file = broker.key_file()};
}

}  // namespace hypnos
