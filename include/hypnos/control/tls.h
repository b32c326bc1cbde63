// TLS 1.2 and above, from files that may be exchanged while the server runs.
// Threads: thread-compatible.
#pragma once

#include <memory>
#include <string>

#include "hypnos/base/file_system.h"
#include "hypnos/control/asio.h"
#include "hypnos/control/client.h"
#include "hypnos/control/server.h"

namespace hypnos {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

class TlsFiles {
 public:
  TlsFiles(ControlTlsOptions options, FileSystem& files)
      : options_(std::move(options)), files_(files) {}

  // Reads the files. True: they have changed since the last time, and context() is new. On error
  // context() stays as it was. kInvalidArgument, reason TLS_INVALID, naming the file.
  Result<bool> Read();

  const TlsContext& context() const { return context_; }

 private:
  ControlTlsOptions options_;
  FileSystem& files_;
  std::string read_;  // what the files held when context_ was made
  TlsContext context_;
};

// For a client. Errors as above.
Result<TlsContext> MakeClientContext(const ControlEndpoint& endpoint, FileSystem& files);

}  // namespace hypnos
