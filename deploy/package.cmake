# What a Debian package holds besides the programs, and how it is made; see scripts/package. For the
# preset `package`, since manual pages want help2man, and programs that can be run.
find_program(HELP2MAN help2man REQUIRED)
find_program(GZIP gzip REQUIRED)
set(HYPNOS_PACKAGE_RELEASE 1 CACHE STRING "Number of this package of this version")
set(HYPNOS_PACKAGE_MAINTAINER "Hypnos maintainers <maintainers@hypnos.invalid>" CACHE STRING
    "Who answers for the package")
set(made ${PROJECT_BINARY_DIR}/package)

file(MAKE_DIRECTORY ${made})

# manual(hypnosd 8 "watches a stream"): from what --help says. Its date is SOURCE_DATE_EPOCH.
function(manual program section title)
  set(page ${made}/${program}.${section})
  set(more ${PROJECT_SOURCE_DIR}/deploy/man/${program}.h2m)
  add_custom_command(
    OUTPUT ${page}.gz
    COMMAND ${HELP2MAN} --no-info --section=${section} --name=${title} --include=${more}
            --output=${page} $<TARGET_FILE:${program}>
    COMMAND ${GZIP} -9nf ${page}
    DEPENDS ${program} ${more}
    VERBATIM)
  install(FILES ${page}.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section} COMPONENT programs)
endfunction()
manual(hypnosd 8 "watches a stream and learns from it")
manual(hypnosctl 1 "looks at a running hypnosd and tells it what to do")

# completion(bash FOLDER NAME)
function(completion shell folder name)
  set(script ${made}/completion.${shell})
  add_custom_command(
    OUTPUT ${script}
    COMMAND hypnosctl completion ${shell} > ${script}
    DEPENDS hypnosctl
    VERBATIM)
  install(FILES ${script} RENAME ${name} DESTINATION ${CMAKE_INSTALL_DATADIR}/${folder}
          COMPONENT programs)
endfunction()
completion(bash bash-completion/completions hypnosctl)
completion(zsh zsh/vendor-completions _hypnosctl)

# The date is that of the commit, see scripts/package.
string(TIMESTAMP changed "%a, %d %b %Y %H:%M:%S +0000" UTC)
set(version ${PROJECT_VERSION}-${HYPNOS_PACKAGE_RELEASE})
configure_file(deploy/debian/changelog.in ${made}/changelog @ONLY)
add_custom_command(
  OUTPUT ${made}/changelog.Debian.gz ${made}/changelog.gz
  COMMAND ${GZIP} -9nc ${made}/changelog > ${made}/changelog.Debian.gz
  COMMAND ${GZIP} -9nc ${PROJECT_SOURCE_DIR}/CHANGELOG.md > ${made}/changelog.gz
  DEPENDS ${made}/changelog ${PROJECT_SOURCE_DIR}/CHANGELOG.md
  VERBATIM)
add_custom_target(package_files ALL DEPENDS
  ${made}/hypnosd.8.gz ${made}/hypnosctl.1.gz ${made}/completion.bash ${made}/completion.zsh
  ${made}/changelog.Debian.gz ${made}/changelog.gz)

set(documents ${CMAKE_INSTALL_DATADIR}/doc/hypnos)
install(FILES ${made}/changelog.Debian.gz ${made}/changelog.gz deploy/debian/copyright
        DESTINATION ${documents} COMPONENT programs)
install(FILES src/web/assets/licences.txt RENAME page-licences.txt
        DESTINATION ${documents} COMPONENT programs)
install(DIRECTORY configs/ DESTINATION ${documents}/examples COMPONENT programs)
install(DIRECTORY deploy/prometheus deploy/grafana deploy/nats DESTINATION ${documents}/examples
        COMPONENT programs)
install(FILES deploy/debian/lintian-overrides RENAME hypnos
        DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides COMPONENT programs)

# Absolute, for Debian has them outside of /usr. Not part of every `cmake --install`: that would
# overwrite what somebody has configured, where dpkg asks.
install(FILES deploy/hypnos.yaml DESTINATION /etc/hypnos COMPONENT programs)
install(FILES deploy/systemd/hypnosd.service DESTINATION /lib/systemd/system COMPONENT programs)
install(FILES deploy/systemd/sysusers.conf RENAME hypnos.conf DESTINATION lib/sysusers.d
        COMPONENT programs)
install(FILES deploy/systemd/tmpfiles.conf RENAME hypnos.conf DESTINATION lib/tmpfiles.d
        COMPONENT programs)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME hypnos)
set(CPACK_PACKAGE_CONTACT ${HYPNOS_PACKAGE_MAINTAINER})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "daemon that watches video and learns from it without labels")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Hypnos watches cameras, network streams, files, texts or series of numbers,
and learns from them while it watches, without labels, by Hinton's
Forward-Forward: every layer of a recurrent network on its own, nothing
propagated backwards. Awake it leans towards what it sees; asleep it dreams
beside what it remembers, and learns to tell the two apart.
.
This package holds the daemon, its client hypnosctl, and examples.")
set(CPACK_COMPONENTS_ALL programs)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${HYPNOS_PACKAGE_RELEASE})
set(CPACK_DEBIAN_PACKAGE_SECTION video)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Makes the user, and the folders, where systemd itself is not there. tzdata: hours of the day.
set(CPACK_DEBIAN_PACKAGE_DEPENDS
    "systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles, tzdata")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(scripts ${PROJECT_SOURCE_DIR}/deploy/debian)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${scripts}/conffiles ${scripts}/postinst ${scripts}/prerm ${scripts}/postrm)
include(CPack)
