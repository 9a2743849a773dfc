################################################################################
#
# newscached
#
# UNTESTED: written from the build's requirements, never run through Buildroot.
# For an external tree whose package/newscached this is.
#
################################################################################

NEWSCACHED_VERSION = 0.1.0
NEWSCACHED_SITE = $(TOPDIR)/../newscached
NEWSCACHED_SITE_METHOD = local
NEWSCACHED_LICENSE = MIT
NEWSCACHED_LICENSE_FILES = LICENSE
NEWSCACHED_INSTALL_STAGING = YES
NEWSCACHED_DEPENDENCIES = boost cli11 fmt host-pkgconf libarchive libcurl ncurses \
	openssl pugixml sqlite systemd tomlplusplus zlib zstd
NEWSCACHED_CONF_OPTS = \
	-DCMAKE_BUILD_TYPE=MinSizeRel \
	-DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON \
	-DCMAKE_INSTALL_SYSCONFDIR=/etc \
	-DBUILD_TESTING=OFF \
	-DNEWSCACHE_OFFLINE=$(if $(BR2_PACKAGE_NEWSCACHED_PAGES),ON,OFF)

define NEWSCACHED_USERS
	newscached -1 newscached -1 * /var/lib/newscached - - News cache daemon
	- -1 newscache -1 - - - -
endef

$(eval $(cmake-package))
