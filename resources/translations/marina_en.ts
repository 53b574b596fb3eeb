<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US">
<context>
    <name>AboutDialog</name>
    <message numerus="yes">
        <source>%n part(s)</source>
        <translation>
            <numerusform>%n part</numerusform>
            <numerusform>%n parts</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>BuildsPage</name>
    <message numerus="yes">
        <source>%n build(s)</source>
        <translation>
            <numerusform>%n build</numerusform>
            <numerusform>%n builds</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n build(s) imported</source>
        <translation>
            <numerusform>%n build imported</numerusform>
            <numerusform>%n builds imported</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ChecksView</name>
    <message numerus="yes">
        <source>%n check(s) failed</source>
        <translation>
            <numerusform>%n check failed</numerusform>
            <numerusform>%n checks failed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Works, with %n remark(s)</source>
        <translation>
            <numerusform>Works, with %n remark</numerusform>
            <numerusform>Works, with %n remarks</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ComposePage</name>
    <message numerus="yes">
        <source>%n project(s)</source>
        <translation>
            <numerusform>%n project</numerusform>
            <numerusform>%n projects</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ConfirmDeleteDialog</name>
    <message numerus="yes">
        <source>… and %n more</source>
        <translation>
            <numerusform>… and %n more</numerusform>
            <numerusform>… and %n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ContainerDialogs</name>
    <message numerus="yes">
        <source>Delete %n container(s)?</source>
        <translation>
            <numerusform>Delete %n container?</numerusform>
            <numerusform>Delete %n containers?</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ContainerFilesView</name>
    <message numerus="yes">
        <source>Delete %n item(s)?</source>
        <translation>
            <numerusform>Delete %n item?</numerusform>
            <numerusform>Delete %n items?</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ContainerHealthView</name>
    <message numerus="yes">
        <source>Unhealthy: %n check(s) in a row failed</source>
        <translation>
            <numerusform>Unhealthy: %n check in a row failed</numerusform>
            <numerusform>Unhealthy: %n checks in a row failed</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ContainerLogsView</name>
    <message numerus="yes">
        <source>%n new line(s)</source>
        <translation>
            <numerusform>%n new line</numerusform>
            <numerusform>%n new lines</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ContainerProcessesView</name>
    <message numerus="yes">
        <source>%n process(es)</source>
        <translation>
            <numerusform>%n process</numerusform>
            <numerusform>%n processes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ContainersPage</name>
    <message numerus="yes">
        <source>%n selected</source>
        <translation>
            <numerusform>%n selected</numerusform>
            <numerusform>%n selected</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n container(s)</source>
        <translation>
            <numerusform>%n container</numerusform>
            <numerusform>%n containers</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ContentsView</name>
    <message numerus="yes">
        <source>%n package(s)</source>
        <translation>
            <numerusform>%n package</numerusform>
            <numerusform>%n packages</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n vulnerability(s)</source>
        <translation>
            <numerusform>%n vulnerability</numerusform>
            <numerusform>%n vulnerabilities</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>EditContainerDialog</name>
    <message numerus="yes">
        <source>… and %n more</source>
        <translation>
            <numerusform>… and %n more</numerusform>
            <numerusform>… and %n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>EnginePopover</name>
    <message numerus="yes">
        <source>%n processor(s)</source>
        <translation>
            <numerusform>%n processor</numerusform>
            <numerusform>%n processors</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Footer</name>
    <message numerus="yes">
        <source>%n task(s)</source>
        <translation>
            <numerusform>%n task</numerusform>
            <numerusform>%n tasks</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message numerus="yes">
        <source>Notifications, %n unread</source>
        <translation>
            <numerusform>Notifications, %n unread</numerusform>
            <numerusform>Notifications, %n unread</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ImageTable</name>
    <message numerus="yes">
        <source>%n container(s)</source>
        <translation>
            <numerusform>%n container</numerusform>
            <numerusform>%n containers</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ImagesPage</name>
    <message numerus="yes">
        <source>%n image(s)</source>
        <translation>
            <numerusform>%n image</numerusform>
            <numerusform>%n images</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %n image(s)?</source>
        <translation>
            <numerusform>Delete %n image?</numerusform>
            <numerusform>Delete %n images?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Only the %n without a name ({0})</source>
        <translation>
            <numerusform>Only the one without a name ({0})</numerusform>
            <numerusform>Only the %n without a name ({0})</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %n unused image(s)?</source>
        <translation>
            <numerusform>Delete %n unused image?</numerusform>
            <numerusform>Delete %n unused images?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) deleted</source>
        <translation>
            <numerusform>%n image deleted</numerusform>
            <numerusform>%n images deleted</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s), {0} on disk</source>
        <translation>
            <numerusform>%n image, {0} on disk</numerusform>
            <numerusform>%n images, {0} on disk</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LineChart</name>
    <message numerus="yes">
        <source>%n minute(s) ago</source>
        <translation>
            <numerusform>%n minute ago</numerusform>
            <numerusform>%n minutes ago</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LogSearchBar</name>
    <message numerus="yes">
        <source>%n line(s) take too long</source>
        <translation>
            <numerusform>%n line takes too long</numerusform>
            <numerusform>%n lines take too long</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LogSearchDialog</name>
    <message numerus="yes">
        <source>%n search(es) are saved: remove one first.</source>
        <translation>
            <numerusform>%n search is saved: remove it first.</numerusform>
            <numerusform>%n searches are saved: remove one first.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>MigrationViewModel</name>
    <message numerus="yes">
        <source>%n image(s)</source>
        <translation>
            <numerusform>%n image</numerusform>
            <numerusform>%n images</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n container(s)</source>
        <translation>
            <numerusform>%n container</numerusform>
            <numerusform>%n containers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n thing(s) to copy, about {0}</source>
        <translation>
            <numerusform>%n thing to copy, about {0}</numerusform>
            <numerusform>%n things to copy, about {0}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{0}, together with %n other(s)</source>
        <translation>
            <numerusform>{0}, together with %n other</numerusform>
            <numerusform>{0}, together with %n others</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n thing(s) copied.</source>
        <translation>
            <numerusform>%n thing copied.</numerusform>
            <numerusform>%n things copied.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n failed: look again to try these once more.</source>
        <translation>
            <numerusform>%n failed: look again to try it once more.</numerusform>
            <numerusform>%n failed: look again to try these once more.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>NetworksPage</name>
    <message numerus="yes">
        <source>%n network(s)</source>
        <translation>
            <numerusform>%n network</numerusform>
            <numerusform>%n networks</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %n network(s)?</source>
        <translation>
            <numerusform>Delete %n network?</numerusform>
            <numerusform>Delete %n networks?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %n unused network(s)?</source>
        <translation>
            <numerusform>Delete %n unused network?</numerusform>
            <numerusform>Delete %n unused networks?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n network(s) deleted.</source>
        <translation>
            <numerusform>%n network deleted.</numerusform>
            <numerusform>%n networks deleted.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>NewerImagesButton</name>
    <message numerus="yes">
        <source>%n container(s) have a newer image: {0}</source>
        <translation>
            <numerusform>%n container has a newer image: {0}</numerusform>
            <numerusform>%n containers have a newer image: {0}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>QuitDialog</name>
    <message numerus="yes">
        <source>%n container(s) are running.</source>
        <translation>
            <numerusform>%n container is running.</numerusform>
            <numerusform>%n containers are running.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RegistriesPage</name>
    <message numerus="yes">
        <source>Signed in at %n registry(s)</source>
        <translation>
            <numerusform>Signed in at %n registry</numerusform>
            <numerusform>Signed in at %n registries</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RenewContainerDialog</name>
    <message numerus="yes">
        <source>… and %n more</source>
        <translation>
            <numerusform>… and %n more</numerusform>
            <numerusform>… and %n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SearchImagesDialog</name>
    <message numerus="yes">
        <source>%n image(s) found</source>
        <translation>
            <numerusform>%n image found</numerusform>
            <numerusform>%n images found</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TagPicker</name>
    <message numerus="yes">
        <source>{0} of %n tag(s)</source>
        <translation>
            <numerusform>{0} of %n tag</numerusform>
            <numerusform>{0} of %n tags</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tag(s)</source>
        <translation>
            <numerusform>%n tag</numerusform>
            <numerusform>%n tags</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>VolumesPage</name>
    <message numerus="yes">
        <source>%n volume(s)</source>
        <translation>
            <numerusform>%n volume</numerusform>
            <numerusform>%n volumes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %n volume(s)?</source>
        <translation>
            <numerusform>Delete %n volume?</numerusform>
            <numerusform>Delete %n volumes?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %n unused volume(s)?</source>
        <translation>
            <numerusform>Delete %n unused volume?</numerusform>
            <numerusform>Delete %n unused volumes?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n volume(s) deleted</source>
        <translation>
            <numerusform>%n volume deleted</numerusform>
            <numerusform>%n volumes deleted</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>_Ages</name>
    <message numerus="yes">
        <source>%n minute(s) ago</source>
        <translation>
            <numerusform>%n minute ago</numerusform>
            <numerusform>%n minutes ago</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n hour(s) ago</source>
        <translation>
            <numerusform>%n hour ago</numerusform>
            <numerusform>%n hours ago</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) ago</source>
        <translation>
            <numerusform>%n day ago</numerusform>
            <numerusform>%n days ago</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n month(s) ago</source>
        <translation>
            <numerusform>%n month ago</numerusform>
            <numerusform>%n months ago</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n year(s) ago</source>
        <translation>
            <numerusform>%n year ago</numerusform>
            <numerusform>%n years ago</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>_Counts</name>
    <message numerus="yes">
        <source>%n item(s) copied in</source>
        <translation>
            <numerusform>%n item copied in</numerusform>
            <numerusform>%n items copied in</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n link(s) or special file(s) left out</source>
        <translation>
            <numerusform>%n link or special file left out</numerusform>
            <numerusform>%n links or special files left out</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n item(s) deleted</source>
        <translation>
            <numerusform>%n item deleted</numerusform>
            <numerusform>%n items deleted</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n failed:</source>
        <translation>
            <numerusform>%n failed:</numerusform>
            <numerusform>%n failed:</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>_EngineAges</name>
    <message numerus="yes">
        <source>%n second(s)</source>
        <translation>
            <numerusform>%n second</numerusform>
            <numerusform>%n seconds</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n minute(s)</source>
        <translation>
            <numerusform>%n minute</numerusform>
            <numerusform>%n minutes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n hour(s)</source>
        <translation>
            <numerusform>%n hour</numerusform>
            <numerusform>%n hours</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n day(s)</source>
        <translation>
            <numerusform>%n day</numerusform>
            <numerusform>%n days</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n week(s)</source>
        <translation>
            <numerusform>%n week</numerusform>
            <numerusform>%n weeks</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n month(s)</source>
        <translation>
            <numerusform>%n month</numerusform>
            <numerusform>%n months</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n year(s)</source>
        <translation>
            <numerusform>%n year</numerusform>
            <numerusform>%n years</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>_LessonCard</name>
    <message numerus="yes">
        <source>%n step(s)</source>
        <translation>
            <numerusform>%n step</numerusform>
            <numerusform>%n steps</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>_NoticeCard</name>
    <message numerus="yes">
        <source>%n time(s)</source>
        <translation>
            <numerusform>%n time</numerusform>
            <numerusform>%n times</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>_Terminal</name>
    <message numerus="yes">
        <source>Paste %n line(s)?</source>
        <translation>
            <numerusform>Paste %n line?</numerusform>
            <numerusform>Paste %n lines?</numerusform>
        </translation>
    </message>
</context>
</TS>
